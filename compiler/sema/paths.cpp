// The identity of a wait point over versions: where it stands, by the names the author gave.
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {

// "gate.pricing", "activate.inStores[store].wait". Two of one name can't be told apart by an upgrade,
// whatever they are counted by: one more in front of them, and each is another.
std::string WorkflowChecker::path(const std::string& leaf, Span span) {
  std::string text = path_to(leaf);
  const auto [first, fresh] = paths_.try_emplace(text, span);
  if (!fresh)
    context_.emit(DiagnosticKind::WaitNotUnique, span, {text})
        .label(first->second, "known by the same name")
        .note("an upgrade finds a wait by its name: name them apart, or put them into steps of their own");
  return text;
}

// What goes on at once may have a name twice: nobody stands there for longer than a drain of the engine.
std::string WorkflowChecker::passing_path(const std::string& leaf, Span span) {
  std::string text = path_to(leaf);
  paths_.try_emplace(text, span);
  return text;
}

std::string WorkflowChecker::path_to(const std::string& leaf) const {
  std::string text;
  for (const std::string& component : path_) {
    if (!text.empty() && !component.starts_with('[')) text += '.';
    text += component;
  }
  if (!text.empty()) text += '.';
  return text + leaf;
}

}  // namespace endcap::sema
