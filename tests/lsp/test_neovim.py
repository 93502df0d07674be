"""A real editor: Neovim without a screen, its own client, the quick fix, fix-all on a buggy script, and a clean end."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.tools import nanlint, plain_environment

SCRIPT = """
local function fail(message)
  io.stderr:write(message .. "\\n")
  vim.cmd("cquit 1")
end

local function wait(what, holds)
  if not vim.wait(60000, holds, 20) then fail("waited in vain for " .. what) end
end

local function count() return #vim.diagnostic.get(0) end

local function offered(only)
  local params = vim.lsp.util.make_range_params()
  params.range["end"] = { line = vim.api.nvim_buf_line_count(0), character = 0 }
  params.range.start = { line = 0, character = 0 }
  params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(), only = only }
  local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, 60000)
  for client, answer in pairs(answers) do
    return client, answer.result
  end
end

local function apply(client, action)
  local answers = vim.lsp.buf_request_sync(0, "codeAction/resolve", action, 60000)
  vim.lsp.util.apply_workspace_edit(answers[client].result.edit, "utf-16")
end

vim.lsp.start_client({
  name = "nanlint", cmd = { vim.env.PYTHON, "-m", "nanlint", "lsp" }, root_dir = vim.fn.getcwd(),
  on_init = function(client) vim.lsp.buf_attach_client(0, client.id) end,
})
wait("the diagnostics", function() return count() == 3 end)
local first = vim.diagnostic.get(0)[1]
if first.code ~= "NAN202" and first.user_data.lsp.code ~= "NAN202" then fail("not the log of a sigmoid") end

local client, actions = offered({ "quickfix" })
apply(client, actions[1])
wait("the quick fix", function() return count() == 2 end)

client, actions = offered({ "source.fixAll" })
if #actions ~= 1 or actions[1].kind ~= "source.fixAll.nanlint" then fail("no fix-all") end
apply(client, actions[1])
wait("a clean text", function() return count() == 0 end)
vim.cmd("write")
local running = vim.lsp.get_client_by_id(client)
running.stop()
wait("the end of the server", function() return running.is_stopped() end)
vim.cmd("quitall!")
"""

BUGGY = """\
import torch
import torch.nn.functional as F


def depth(logit):
    closeness = torch.sigmoid(logit)
    return -torch.log(closeness)


def first(logits, target):
    return F.nll_loss(torch.log(torch.softmax(logits, dim=-1)), target)


def second(logits):
    return torch.log(torch.softmax(logits, dim=0))
"""


@pytest.mark.program("nvim")
def test_neovim_fixes_a_script(tmp_path: Path) -> None:
    program = shutil.which("nvim")
    assert program is not None, "neovim is not installed"
    (tmp_path / "train.py").write_text(BUGGY)
    (tmp_path / "drive.lua").write_text(SCRIPT)
    environment = plain_environment() | {
        "PYTHON": sys.executable,
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path),
    }
    ran = subprocess.run(
        [program, "--headless", "-u", "NONE", "-i", "NONE", "-n", "train.py", "-c", "luafile drive.lua"],
        cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=240, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert nanlint("train.py", cwd=tmp_path).returncode == 0
    stable = BUGGY.replace("    closeness = torch.sigmoid(logit)\n", "")
    stable = stable.replace("torch.log(closeness)", "F.logsigmoid(logit)")
    stable = stable.replace("torch.log(torch.softmax(logits, dim=-1))", "torch.log_softmax(logits, dim=-1)")
    stable = stable.replace("torch.log(torch.softmax(logits, dim=0))", "torch.log_softmax(logits, dim=0)")
    assert (tmp_path / "train.py").read_text() == stable
