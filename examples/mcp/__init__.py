"""An MCP server whose tools are protected by Postern."""
