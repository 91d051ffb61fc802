"""Reusable components for affiliate platforms, as custom components of Airbyte's low-code CDK."""
