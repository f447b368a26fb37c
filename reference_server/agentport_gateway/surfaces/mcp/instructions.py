"""What every client shows its model about this server."""

INSTRUCTIONS = """\
AgentPort lets you use other services through a few tools, with a human approving what matters.

1. Find: agentport__list_installed_integrations, then agentport__list_integration_tools (query narrows it),
   then agentport__describe_tool for the input schema and the approval mode.
2. Call: agentport__call_tool with integration_id, tool_name, arguments, and additional_info: one or two
   sentences for the human who reviews the call, saying what it does and why now.
3. When the result says approval_required: show the user the approval_url exactly as given, say what it is
   for, and in the same turn call agentport__await_approval with the request_id. Do not wait for a chat reply.
4. still_pending: call agentport__await_approval again with the same request_id. If the user says stop, stop.
5. denied_by_human, denied_by_policy, expired: nothing ran. Do not repeat or work around it; tell the user.
   outcome_unknown: it may have run; check before asking again.
"""
