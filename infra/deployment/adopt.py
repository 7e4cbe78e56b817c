"""After one CloudFormation stack came up: its outputs into the configuration, its keys registered.

`deploy` does both by itself. A stage of one stack is deployed by CloudFormation's own tools, and
the operator's command line reaches it only through `.chalice/config.json`.
"""

from __future__ import annotations

from pathlib import Path

from . import configuration, stack
from .access import RegisterKeys, key_arns, open_session, stage_environ
from .names import PROJECT, check_stage, say


def adopt(
    stage: str, stack_name: str, *, register_keys: RegisterKeys, project: Path = PROJECT
) -> dict[str, str]:
    """Write what the stack made into the stage's configuration and register its keys.

    Returns the stage's variables. DeploymentError when there is no such stack.
    """
    check_stage(stage)
    session = open_session()
    outputs = stack.outputs(session.client("cloudformation"), stack_name)
    variables = {
        "ISSUER": outputs["Issuer"],
        "LOGOUT_QUEUE_URL": outputs["LogoutQueueUrl"],
        "STAGE": stage,
        "TABLE_NAME": outputs["TableName"],
    }
    if "MtlsUrl" in outputs:
        variables["MTLS_URL"] = outputs["MtlsUrl"]
    changed = configuration.with_environment(configuration.read(project), stage, variables)
    configuration.write(project, changed)
    # With what the operator has set: registering says which algorithms have no key.
    every = changed["stages"][stage]["environment_variables"]
    say("keys: registering")
    register_keys(stage_environ(session, every), key_arns(outputs))
    return variables
