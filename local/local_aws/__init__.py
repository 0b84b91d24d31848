"""Local AWS: MiniStack with the private registry of CloudFormation. See README.md."""
