"""What the wire says, in the rules' vocabulary: tool names, arguments, answers and wording live here only."""
