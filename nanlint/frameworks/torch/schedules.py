"""Learning-rate schedules: those that bring a rate of their own, and those that only scale the optimizer's."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words

SCHEDULES: dict[str, Call | Overload] = {
    "torch.optim.lr_scheduler.OneCycleLR": call(
        Op.SET_RATE, "optimizer", "max_lr>rate total_steps epochs steps_per_epoch pct_start", result=Kind.OBJECT
    ),
    "torch.optim.lr_scheduler.CyclicLR": call(
        Op.SET_RATE, "optimizer", "base_lr max_lr>rate step_size_up step_size_down mode", result=Kind.OBJECT
    ),
    "torch.optim.swa_utils.SWALR": call(
        Op.SET_RATE, "optimizer", "swa_lr>rate anneal_epochs anneal_strategy", result=Kind.OBJECT
    ),
}

SCALING_SCHEDULES = frozenset(
    f"torch.optim.lr_scheduler.{name}"
    for name in words(
        """
    ChainedScheduler ConstantLR CosineAnnealingLR CosineAnnealingWarmRestarts ExponentialLR LambdaLR LinearLR
    MultiStepLR MultiplicativeLR PolynomialLR ReduceLROnPlateau SequentialLR StepLR
    """
    )
)
