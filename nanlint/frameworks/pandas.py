"""pandas: tables read from files. What is missing in the file is NaN in the table."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, call, words
from nanlint.frameworks.model import Framework

_READ = {
    "read_csv": "filepath_or_buffer>path sep",
    "read_table": "filepath_or_buffer>path sep",
    "read_fwf": "filepath_or_buffer>path",
    "read_excel": "io>path sheet_name",
    "read_json": "path_or_buf>path",
    "read_hdf": "path_or_buf>path key mode errors where start stop columns iterator chunksize",
    "read_pickle": "filepath_or_buffer>path compression storage_options",
    "read_parquet": "path engine columns storage_options dtype_backend filesystem filters to_pandas_kwargs",
    "read_feather": "path columns use_threads storage_options dtype_backend",
    "read_sql": "sql>path con index_col coerce_float params parse_dates columns chunksize dtype_backend dtype",
}
_REPAIRED = words("dropna fillna interpolate ffill bfill replace")
_TESTED = words("isnull isna notnull notna")
_ARRANGED = words(
    """
    to_numpy reset_index set_index sort_values sort_index sample head tail drop transpose copy rename select_dtypes
    drop_duplicates pop get filter query
    """
)
_TYPED = "dtype copy errors"

FRAMEWORK = Framework(
    name="pandas",
    roots=(),
    default_float=Dtype.FLOAT64,
    result=Kind.UNKNOWN,
    gradients=False,
    functions={
        **{f"pandas.{name}": call(Op.READ, "", source, text=True) for name, source in _READ.items()},
        "pandas.isnull": call(Op.IS_NAN, "obj>x"),
        "pandas.isna": call(Op.IS_NAN, "obj>x"),
        "pandas.notnull": call(Op.IS_NAN, "obj>x"),
        "pandas.concat": call(Op.CONCATENATE, "objs>x", "axis ignore_index"),
        "pandas.DataFrame": call(Op.COPY, "data>x", "index columns dtype copy"),
        "pandas.factorize": call(Op.ENCODE, "values>x", "sort use_na_sentinel>missing size_hint"),
        "pandas.get_dummies": call(Op.ONE_HOT, "data>x", "prefix prefix_sep dummy_na columns sparse drop_first dtype"),
        "pandas.to_numeric": call(Op.COPY, "arg>x", "errors downcast dtype_backend"),
    },
    methods={
        **{name: call(Op.NAN_TO_NUM, "self>x", "value axis how inplace") for name in _REPAIRED},
        **{name: call(Op.IS_NAN, "self>x") for name in _TESTED},
        **{name: call(Op.SELECT, "self>x", "key axis") for name in _ARRANGED},
        "astype": call(Op.CAST, "self>x", _TYPED),
        "factorize": call(Op.ENCODE, "self>x", "sort use_na_sentinel>missing"),
    },
    attributes={
        **{name: Call(Op.SELECT, call(Op.SELECT, "self>x").operands) for name in ("values", "iloc", "loc", "T", "cat")},
        "codes": call(Op.ENCODE, "self>x"),
    },
    numbering=frozenset({"factorize"}),
    spellings={Op.IS_FINITE: "{x}.notnull().values"},
)
