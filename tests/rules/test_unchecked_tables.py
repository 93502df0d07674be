"""The assertion that is inserted behind a reader of tables; pandas itself is not needed for that."""

from __future__ import annotations

from nanlint.api import fix_source
from nanlint.settings import Settings

SCRIPT = """\
import pandas as pd
import torch


def train(path, model):
    table = pd.read_csv(path)
{inserted}    x = torch.tensor(table.values).float()
    loss = torch.nn.functional.mse_loss(model(x), x)
    loss.backward()
"""
ASSERTION = '    assert table.notnull().values.all(), "table has missing or infinite numbers"\n'


def test_a_table_is_asserted_to_be_complete() -> None:
    fixed = fix_source(SCRIPT.format(inserted=""), "train.py", Settings(select=("NAN603",)), unsafe=True)
    assert fixed.text == SCRIPT.format(inserted=ASSERTION)


def test_an_asserted_table_stays_as_it_is() -> None:
    code = SCRIPT.format(inserted=ASSERTION)
    assert fix_source(code, "train.py", Settings(select=("NAN603",)), unsafe=True).text == code


def test_the_reading_of_a_chain_is_not_named_and_so_not_asserted() -> None:
    code = SCRIPT.format(inserted="").replace("read_csv(path)", "read_csv(path).head(9)")
    assert fix_source(code, "train.py", Settings(select=("NAN603",)), unsafe=True).text == code
