"""`torch.func`: functions that make others of functions, or run them."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Control, Run, call, parameters, words

DERIVATIVES: dict[str, Call] = {
    **{
        f"torch.func.{name}": call(Op.BACKWARD, "func>function", "argnums has_aux", argnums=0, has_aux=False)
        for name in words("grad jacfwd jacrev hessian")
    },
    "torch.func.grad_and_value": call(
        Op.BACKWARD, "func>function", "argnums has_aux", argnums=0, has_aux=False, with_value=True, value_last=True
    ),
}

CONTROL: dict[str, Control] = {
    "torch.func.vjp": Control(Run.LINEAR, parameters("func>function *operands")),
    "torch.func.jvp": Control(Run.LINEAR, parameters("func>function primals>xs tangents")),
    "torch.func.linearize": Control(Run.LINEAR, parameters("func>function *operands")),
    "torch.func.functional_call": Control(
        Run.STATELESS, parameters("module>function parameter_and_buffer_dicts args>xs kwargs>named")
    ),
}
