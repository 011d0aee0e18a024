"""``salon fake-provider``: a provider for tests, with faults on request."""

import click


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
    add_help_option=False,
)
@click.pass_context
def fake_provider(context: click.Context) -> int:
    """Run a provider that answers from recordings or by rule, with faults. --help lists its options."""
    from salon.testing.fake_provider.cli import main  # noqa: PLC0415 - asyncio and TLS, only here

    return main(context.args)
