"""Small APIs behind the resource-server kit, one for each of its adapters. See README.md."""
