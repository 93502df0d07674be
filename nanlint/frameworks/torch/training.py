"""The optimisation protocol: scaling, backward passes, clipping, steps; and the objects that take part in it."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Helper, Overload, call

_SCALER = call(
    Op.GRAD_SCALER,
    "",
    "init_scale growth_factor backoff_factor growth_interval enabled",
    result=Kind.SCALER,
)
_SCALER_OF_DEVICE = call(
    Op.GRAD_SCALER,
    "",
    "device init_scale growth_factor backoff_factor growth_interval enabled",
    result=Kind.SCALER,
)
_LIGHTNING = ("lightning", "lightning.pytorch", "lightning.pytorch.trainer", "pytorch_lightning")
_TRAINER = call(Op.TRAINER, "", "gradient_clip_val>max_norm gradient_clip_algorithm precision", result=Kind.TRAINER)
"""Lightning's; everything is given by name."""
_CLIP_NORM = call(Op.CLIP_GRADIENT, "parameters", "max_norm norm_type error_if_nonfinite foreach", norm_type=2.0)
_CLIP_VALUE = call(Op.CLIP_GRADIENT, "parameters", "clip_value foreach", result=Kind.NONE)

TRAINING: dict[str, Call | Overload] = {
    "torch.nn.utils.clip_grad_norm_": _CLIP_NORM,
    "torch.nn.utils.clip_grad_norm": _CLIP_NORM,
    "torch.nn.utils.clip_grad.clip_grad_norm_": _CLIP_NORM,
    "torch.nn.utils.clip_grad.clip_grad_norm": _CLIP_NORM,
    "torch.nn.utils.clip_grad_value_": _CLIP_VALUE,
    "torch.nn.utils.clip_grad.clip_grad_value_": _CLIP_VALUE,
    "torch.autograd.backward": call(
        Op.BACKWARD, "tensors>x", "grad_tensors>gradient retain_graph create_graph", result=Kind.NONE
    ),
    "torch.autograd.grad": call(Op.OPAQUE, "outputs>x inputs>y", "grad_outputs retain_graph create_graph"),
    "torch.cuda.amp.GradScaler": _SCALER,
    "torch.cuda.amp.grad_scaler.GradScaler": _SCALER,
    "torch.cpu.amp.GradScaler": _SCALER,
    "torch.amp.GradScaler": _SCALER_OF_DEVICE,
    "torch.amp.grad_scaler.GradScaler": _SCALER_OF_DEVICE,
    "torch.GradScaler": _SCALER_OF_DEVICE,
    **{f"{module}.Trainer": _TRAINER for module in _LIGHTNING},
}

_NOTHING = Kind.NONE

PROTOCOL: dict[tuple[Kind, str], Call] = {
    (Kind.OPTIMIZER, "step"): call(Op.STEP, "self", "closure", result=_NOTHING),
    (Kind.OPTIMIZER, "zero_grad"): call(Op.ZERO_GRAD, "self", "set_to_none", result=_NOTHING),
    # optimizers that wrap another one for half precision, in fairseq, apex and DeepSpeed
    (Kind.OPTIMIZER, "backward"): call(Op.BACKWARD, "loss>x self", result=_NOTHING, order=(1, 0)),
    (Kind.OPTIMIZER, "clip_grad_norm"): call(Op.CLIP_GRADIENT, "self>parameters", "max_norm"),
    (Kind.OPTIMIZER, "clip_master_grads"): call(Op.CLIP_GRADIENT, "self>parameters", "max_norm"),
    # accelerate, Lightning Fabric and trainers of that kind: whatever has these methods
    (Kind.UNKNOWN, "backward"): call(Op.BACKWARD, "loss>x self", result=_NOTHING, order=(1, 0)),
    (Kind.UNKNOWN, "clip_grad_norm_"): call(Op.CLIP_GRADIENT, "parameters self", "max_norm", order=(1, 0, 2)),
    (Kind.UNKNOWN, "clip_grad_value_"): call(Op.CLIP_GRADIENT, "parameters self", "clip_value", order=(1, 0, 2)),
    (Kind.MODEL, "zero_grad"): call(Op.ZERO_GRAD, "self", "set_to_none", result=_NOTHING),
    (Kind.LAYER, "zero_grad"): call(Op.ZERO_GRAD, "self", "set_to_none", result=_NOTHING),
    # LightningModule
    (Kind.MODEL, "manual_backward"): call(Op.BACKWARD, "loss>x self", result=_NOTHING, order=(1, 0)),
    (Kind.MODEL, "clip_gradients"): call(
        Op.CLIP_GRADIENT, "optimizer>parameters self", "gradient_clip_val>max_norm", result=_NOTHING, order=(1, 0, 2)
    ),
    (Kind.TRAINER, "fit"): call(
        Op.FIT, "self", "model train_dataloaders val_dataloaders datamodule ckpt_path", result=_NOTHING
    ),
    (Kind.SCALER, "scale"): call(Op.MULTIPLY, "outputs>x self>y", result=Kind.TENSOR, order=(1, 0)),
    (Kind.SCALER, "unscale_"): call(Op.UNSCALE, "self optimizer", result=_NOTHING),
    (Kind.SCALER, "step"): call(Op.SCALER_STEP, "self optimizer", result=_NOTHING),
    (Kind.SCALER, "update"): call(Op.SCALER_UPDATE, "self", "new_scale", result=_NOTHING),
}

_ACCELERATOR = Helper(
    "if {helper}.sync_gradients:\n    {helper}.clip_grad_norm_({parameters}, {max_norm})", frozenset({"prepare"})
)
_MANUAL = Helper('{helper}.clip_gradients({optimizer}, gradient_clip_val={max_norm}, gradient_clip_algorithm="norm")')

HELPERS = {
    "accelerate.Accelerator": _ACCELERATOR,
    "accelerate.accelerator.Accelerator": _ACCELERATOR,
    **{f"{module}.LightningModule": _MANUAL for module in (*_LIGHTNING, *(f"{module}.core" for module in _LIGHTNING))},
}

WRAPPERS = frozenset(
    {
        "torch.compile",
        "torch.jit.script",
        "torch.jit.trace",
        "torch.jit.optimize_for_inference",
        "torch.jit.freeze",
        "torch.vmap",
        "torch.func.vmap",
        "torch.distributed.fsdp.FullyShardedDataParallel",
        "torch.distributed.fsdp.fully_shard",
        "torch.distributed.tensor.parallel.parallelize_module",
        "torch.nn.DataParallel",
        "torch.nn.parallel.DataParallel",
        "torch.nn.parallel.DistributedDataParallel",
        "torch.nn.utils.weight_norm",
        "torch.nn.utils.spectral_norm",
        "torch.nn.utils.parametrizations.weight_norm",
        "torch.nn.utils.parametrizations.spectral_norm",
        "torch.nn.utils.parametrizations.orthogonal",
        "torch.nn.SyncBatchNorm.convert_sync_batchnorm",
    }
)

APPLIERS = frozenset({"torch.utils.checkpoint.checkpoint"})

NO_GRADIENT = frozenset(
    {
        "torch.no_grad",
        "torch.inference_mode",
        "torch.autograd.no_grad",
        "torch.autograd.inference_mode",
        "torch.autograd.grad_mode.no_grad",
        "torch.autograd.grad_mode.inference_mode",
    }
)

OBJECTS: dict[str, Kind] = {
    **{name: Kind.SCALER for name in TRAINING if name.endswith(".GradScaler")},
    "torch.optim.Optimizer": Kind.OPTIMIZER,
    "torch.optim.optimizer.Optimizer": Kind.OPTIMIZER,
    "torch.nn.Module": Kind.MODEL,
    "torch.distributions.Distribution": Kind.DISTRIBUTION,
    "torch.distributions.distribution.Distribution": Kind.DISTRIBUTION,
    "torch.utils.data.DataLoader": Kind.DATASET,
    "torch.utils.data.dataloader.DataLoader": Kind.DATASET,
    "torch.utils.data.Dataset": Kind.DATASET,
    "torch.utils.data.TensorDataset": Kind.DATASET,
    "torch.utils.data.Subset": Kind.DATASET,
    "torch.utils.data.ConcatDataset": Kind.DATASET,
    "torch.jit.load": Kind.MODEL,
    "torch.hub.load": Kind.MODEL,
    "timm.create_model": Kind.MODEL,
    "torch.device": Kind.OBJECT,
    "torch.Generator": Kind.OBJECT,
}
