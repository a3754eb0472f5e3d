// What an author wrote, as a label.
#include "tools/graph/from_workflow.h"

namespace endcap::graph {

std::string one_line(std::string_view text) {
  std::string result;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!quoted && c == '-' && text.substr(i, 2) == "--" &&
        (i + 2 == text.size() || text[i + 2] == ' ' || text[i + 2] == '\n')) {
      i = std::min(text.find('\n', i), text.size());
      if (!result.empty() && !result.ends_with(' ')) result += ' ';
      continue;
    }
    if (blank && !quoted) {
      if (!result.empty() && !result.ends_with(' ')) result += ' ';
      continue;
    }
    if (quoted && c == '\\' && i + 1 < text.size()) {
      result += c;
      result += text[++i];
      continue;
    }
    if (c == '"') quoted = !quoted;
    result += c;
  }
  while (result.ends_with(' ')) result.pop_back();
  return result;
}

}  // namespace endcap::graph
