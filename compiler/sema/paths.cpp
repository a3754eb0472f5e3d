// The identity of a wait point over versions: where it stands, by the names the author gave.
#include <fmt/format.h>

#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {

// "gate.pricing", "activate.inStores[store].wait"; a second one of the same name is "...#2".
std::string WorkflowChecker::path(const std::string& leaf) {
  std::string text;
  for (const std::string& component : path_) {
    if (!text.empty() && !component.starts_with('[')) text += '.';
    text += component;
  }
  if (!text.empty()) text += '.';
  text += leaf;
  const uint32_t count = ++paths_[text];
  return count == 1 ? text : fmt::format("{}#{}", text, count);
}

}  // namespace endcap::sema
