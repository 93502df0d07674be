"""Element types, constants, annotations and base classes of PyTorch."""

from math import e, inf, nan, pi

from nanlint.domain.dtypes import Dtype

_TYPES = {
    Dtype.FLOAT16: "float16 half HalfTensor cuda.HalfTensor",
    Dtype.BFLOAT16: "bfloat16 BFloat16Tensor cuda.BFloat16Tensor",
    Dtype.FLOAT32: "float32 float FloatTensor cuda.FloatTensor",
    Dtype.FLOAT64: "float64 double DoubleTensor cuda.DoubleTensor",
    Dtype.BOOLEAN: "bool BoolTensor cuda.BoolTensor",
    Dtype.INTEGER: """
        int8 int16 short int32 int int64 long uint8 uint16 uint32 uint64 CharTensor ShortTensor IntTensor LongTensor
        ByteTensor cuda.CharTensor cuda.ShortTensor cuda.IntTensor cuda.LongTensor cuda.ByteTensor
    """,
}

DTYPES = {f"torch.{name}": dtype for dtype, names in _TYPES.items() for name in names.split()}

CONSTANTS = {"torch.pi": pi, "torch.e": e, "torch.inf": inf, "torch.nan": nan}

TENSOR_TYPES = frozenset(
    {"torch.Tensor", "Tensor", "torch.autograd.Variable", "torch.nn.Parameter", "torch.nn.parameter.Parameter"}
    | {name for name in DTYPES if name.endswith("Tensor")}
)

MODEL_BASES = frozenset(
    {
        "torch.nn.Module",
        "torch.nn.modules.Module",
        "torch.nn.modules.module.Module",
        "torch.jit.ScriptModule",
        "pytorch_lightning.LightningModule",
        "pytorch_lightning.core.LightningModule",
        "pytorch_lightning.core.lightning.LightningModule",
        "lightning.LightningModule",
        "lightning.pytorch.LightningModule",
        "lightning.pytorch.core.LightningModule",
        "transformers.PreTrainedModel",
        "transformers.modeling_utils.PreTrainedModel",
    }
)

SEQUENTIAL = frozenset({"torch.nn.Sequential", "torch.nn.modules.container.Sequential"})

CONTAINERS = frozenset(
    {
        "torch.nn.ModuleList",
        "torch.nn.ModuleDict",
        "torch.nn.modules.container.ModuleList",
        "torch.nn.modules.container.ModuleDict",
        "torch.nn.ParameterList",
        "torch.nn.ParameterDict",
    }
)
