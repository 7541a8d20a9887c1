"""Cache keys that carry their tenant, so that no cached value crosses."""

from accounts.tenancy import NoTenant, current


def key_of_tenant(key: str, prefix: str, version: int) -> str:
    """The key as stored; refused outside any scope."""
    scope = current()
    if scope is None:
        raise NoTenant("The cache was used without a scope: use inside(tenant) or public().")
    return f"{scope.schema}:{prefix}:{version}:{key}"
