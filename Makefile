# make help lists the targets. Each prepares what it needs (tools/setup) the first time, so a fresh clone needs no other
# step.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
TSX := node --import tsx
# The name under which make local registers the type.
LOCAL_TYPE_NAME = $(or $(TYPE_NAME),Acme::DataExchange::Job)
LOCAL_PACKAGE = build/$(shell echo '$(LOCAL_TYPE_NAME)' | sed 's/::/-/g' | tr 'A-Z' 'a-z')

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## prepare everything that the other targets need
	@tools/setup node cfn sam guard local compat browser node-versions cdk cdk-python

.PHONY: demo
demo: ## local AWS, the type registered, a template deployed, and proof that data moved
	@tools/setup node local
	@$(TSX) demo/demo.ts

.PHONY: test
test: ## every test of the project, the official tools included
	@tools/setup node cfn sam guard local compat browser node-versions cdk
	@$(TSX) tools/test-all.ts $(ONLY)

.PHONY: cdk
cdk: ## the CDK library packaged as Acme::DataExchange::Job, and tried: its README, Python, apps deployed to local AWS
	@tools/setup node cfn local cdk cdk-python
	@$(TSX) tools/cdk-package.ts Acme::DataExchange::Job
	@$(TSX) tools/test-all.ts --config cdk/test/long/jest.config.cjs $(ONLY)

.PHONY: cdk-package
cdk-package: ## the CDK library under a name of one's own: make cdk-package TYPE_NAME=Acme::DataExchange::Job
	@tools/setup node cdk
	@$(TSX) tools/cdk-package.ts "$(TYPE_NAME)"

.PHONY: build
build: ## what follows from the schema, and dist/handlers.js
	@tools/setup node
	@$(TSX) tools/build.ts

.PHONY: package
package: ## the registry package under a name of one's own: make package TYPE_NAME=Acme::DataExchange::Job
	@tools/setup node
	@$(TSX) tools/package.ts "$(TYPE_NAME)"

.PHONY: local
local: ## local AWS in the foreground, with the type registered, until Ctrl-C
	@tools/setup node local sam cfn
	@$(TSX) tools/package.ts "$(LOCAL_TYPE_NAME)"
	@.venv/local/bin/local-aws up @tools/local-aws.args --register $(LOCAL_PACKAGE)/$(notdir $(LOCAL_PACKAGE)).zip --role $(LOCAL_PACKAGE)/resource-role.yaml $(ARGS)

.PHONY: local-env
local-env: ## eval "$(make -s local-env)" points aws, sam, cfn and cdk of this shell at it
	@tools/setup local
	@.venv/local/bin/local-aws env

.PHONY: contract
contract: ## the official contract suite for all nine types; INPUTS=DIR for other inputs
	@tools/setup node cfn local
	@$(TSX) contract/run.ts $(if $(INPUTS),"$(INPUTS)") $(if $(TYPE_NAME),--type-name "$(TYPE_NAME)")

.PHONY: sam-local
sam-local: ## sam-tests/ and the contract suite in the containers of sam local; needs Docker
	@tools/setup node sam cfn local
	@$(TSX) contract/sam-local.ts

.PHONY: compat
compat: ## the same wire events through the stock runtime and ours, and where the answers differ
	@tools/setup node compat
	@$(TSX) compat/run.ts

.PHONY: pictures
pictures: ## the pictures in guide/pictures/, drawn anew; ONLY=page or ONLY=demo for some
	@tools/setup node browser local
	@$(TSX) tools/pictures.ts $(ONLY)

.PHONY: bench
bench: ## the figures to hold, beside the stock scaffold and the bare SDK client: bench/results.md
	@tools/setup node compat node-versions
	@$(TSX) bench/bench.ts

.PHONY: release
release: ## what is published of a version, in release/: make release VERSION=0.1.0
	@tools/setup node cfn cdk
	@$(TSX) tools/release.ts "$(VERSION)"

# What acceptance takes from the command line.
ACCEPTANCE_OPTIONS = ACCOUNT REGION ONLY KEEP YES QUOTAS OUT RUN RESULT REDSHIFT_DATA_SHARE_ARN API_ID API_STAGE \
  LAKE_FORMATION_ROLE_ARN ENTITLED_DATA_SET_ID PUBLISHED_DATA_SET_ID
ACCEPTANCE_WORDS = $(foreach name,$(ACCEPTANCE_OPTIONS),$(if $($(name)),"$(name)=$($(name))"))

.PHONY: acceptance acceptance-clean acceptance-apply
acceptance: ## what holds against a real account: make acceptance ACCOUNT=123456789012 REGION=us-east-1; guide/acceptance.md
	@tools/setup node
	@$(TSX) acceptance/cli.ts run $(ACCEPTANCE_WORDS)

acceptance-clean: ## remove what an acceptance run left: make acceptance-clean RUN=…
	@tools/setup node
	@$(TSX) acceptance/cli.ts clean $(ACCEPTANCE_WORDS)

acceptance-apply: ## write the verdicts of a result into the emulator's evidence: make acceptance-apply RESULT=FILE
	@tools/setup node
	@$(TSX) acceptance/cli.ts apply $(ACCEPTANCE_WORDS)

.PHONY: soak
soak: ## random lives in virtual time for MINUTES=… (10); FC_SEED=… repeats them
	@tools/setup node
	@SOAK_MINUTES=$(or $(MINUTES),10) node_modules/.bin/jest test/world/lives

.PHONY: mutants
mutants: ## deliberate faults in the source, one by one, and whether the tests notice them; ONLY=word for some
	@tools/setup node
	@$(TSX) tools/mutants.ts "$(ONLY)"

# What SAM's makefile builder calls, for sam build and cfn submit. It ships exactly what lies in ARTIFACTS_DIR.
.PHONY: build-TypeFunction build-TestEntrypoint
build-TypeFunction build-TestEntrypoint:
	@tools/setup node
	@$(TSX) tools/build-function.ts "$(ARTIFACTS_DIR)"
