"""Local AWS: MiniStack, taught the private registry of CloudFormation. See local/README.md."""
