"""The official `cfn`, unchanged but for one call: it asks STS, at an address that cannot be configured, for the number
of the account. Here it gets AWS_ACCOUNT_ID instead, so that no account is needed."""

import os
import sys

from rpdk.core.cli import main
from rpdk.core.contract import resource_client

resource_client.get_account = lambda *_, **__: os.environ["AWS_ACCOUNT_ID"]

if __name__ == "__main__":
    main(sys.argv[1:])
