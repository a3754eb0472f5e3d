// Tests: what people decide, how systems fail, and what is expected.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/names.h"
#include "compiler/sema/test_checker.h"

namespace endcap::sema {

using Verb = ast::DecideStmt::Verb;
using What = ast::ExpectStmt::What;
using CountForm = ast::TestCount::Form;

const WorkflowNames::Asked* TestChecker::asked(const std::map<std::string, WorkflowNames::Asked>& known,
                                               const ast::QualifiedName& name, DiagnosticKind unknown) {
  const auto found = known.find(name.text());
  if (found != known.end()) return &found->second;
  with_suggestion(context_.emit(unknown, name.span, {workflow_name(), name.text()}), name.span, name.text(),
                  keys_of(known));
  return nullptr;
}

bool TestChecker::roles(const std::vector<ast::Name>& trees, const std::set<uint32_t>& allowed,
                        const std::string& what, std::vector<uint32_t>& into) {
  bool sound = true;
  for (const ast::Name& tree : trees) {
    const auto role = require_role(context_, module_, tree);
    if (role && !allowed.contains(*role)) {
      std::vector<std::string> names;
      for (const uint32_t each : allowed) names.push_back(context_.program.abi.roles[each]);
      context_.emit(DiagnosticKind::RoleNeverAsked, tree.span, {tree.text, what})
          .note(fmt::format("it is put to {}", fmt::join(names, ", ")));
    }
    sound = sound && role && allowed.contains(*role);
    if (role) into.push_back(*role);
  }
  return sound;
}

bool TestChecker::about(const std::optional<ast::About>& tree, std::optional<About>& into) {
  if (!tree) return true;
  into = About{tree->text, std::nullopt};
  if (!tree->every) return true;
  into->every = view_named(*tree->every);
  return into->every.has_value();
}

TestChecker::Made TestChecker::of(const ast::TestStmt& tree, const ast::DecideStmt& node) {
  if (!started(tree.span, "a person decides")) return std::nullopt;
  PersonDecides result{.verb = node.verb,
                       .role = 0,
                       .every = node.every,
                       .what = node.what.text(),
                       .about = {},
                       .person = node.person.value_or(""),
                       .reason = node.reason};
  const auto* found = node.verb == Verb::Does
                          ? asked(names_.tasks, node.what, DiagnosticKind::UnknownTask)
                          : asked(names_.approvals, node.what, DiagnosticKind::UnknownApproval);
  std::vector<uint32_t> decider;
  if (!about(node.about, result.about) || !found ||
      !roles({node.role}, found->deciders, result.what, decider))
    return std::nullopt;
  result.role = decider.front();
  return result;
}

std::optional<uint32_t> TestChecker::rejection(const ast::FaultStmt& node, const Symbol& subject) {
  std::vector<std::string> known;
  if (subject.kind == SymbolKind::Operation)
    known = context_.program.abi.operations[subject.index].rejections;
  const auto found = std::ranges::find(known, node.rejection->text);
  if (found != known.end()) return static_cast<uint32_t>(found - known.begin());
  with_suggestion(context_.emit(DiagnosticKind::UnknownCause, node.rejection->span,
                                {node.subject.text(), node.rejection->text}),
                  node.rejection->span, node.rejection->text, known)
      .label(subject.span, "its rejections stand here");
  return std::nullopt;
}

TestChecker::Made TestChecker::of(const ast::TestStmt&, const ast::FaultStmt& node) {
  const std::string name = node.subject.text();
  bool told = false;
  const Symbol* symbol = find_symbol(context_, module_, name, node.subject.span, &told);
  if (told || (symbol && symbol->kind == SymbolKind::Broken)) return std::nullopt;
  using Of = SystemFails::What;
  const bool advisor = symbol && symbol->kind == SymbolKind::Advisor;
  if (!symbol || (symbol->kind != SymbolKind::Operation && symbol->kind != SymbolKind::View && !advisor)) {
    with_suggestion(
        context_.emit(DiagnosticKind::UnknownOperation, node.subject.span, {name}), node.subject.span, name,
        visible_names(context_, module_, {SymbolKind::Operation, SymbolKind::View, SymbolKind::Advisor}));
    return std::nullopt;
  }
  SystemFails result{.kind = node.kind,
                     .what = advisor                            ? Of::Advisor
                             : symbol->kind == SymbolKind::View ? Of::View
                                                                : Of::Operation,
                     .target = symbol->index,
                     .about = {},
                     .rejection = 0,
                     .count = {}};
  if (!about(node.about, result.about)) return std::nullopt;
  if (node.rejection) {
    const auto found = rejection(node, *symbol);
    if (!found) return std::nullopt;
    result.rejection = *found;
  }
  if (node.count.form == CountForm::Exactly) result.count = node.count.count;
  if (result.count != 0u) return result;
  context_.emit(DiagnosticKind::BadLiteral, node.count.span,
                {"never", "number of times that something fails"});
  return std::nullopt;
}

bool TestChecker::call(const ast::ExpectStmt& node, abi::OperationClass wanted, Expectation& into) {
  const Symbol* symbol =
      require_symbol(context_, module_, node.subject.text(), node.subject.span, SymbolKind::Operation);
  if (!symbol) return false;
  into.operation = symbol->index;
  const abi::Operation& operation = context_.program.abi.operations[symbol->index];
  if (operation.operation_class == wanted) return true;
  constexpr const char* kNames[] = {"read", "notify", "write"};
  context_
      .emit(DiagnosticKind::WrongClass, node.subject.span,
            {operation.name, kNames[static_cast<size_t>(operation.operation_class)],
             kNames[static_cast<size_t>(wanted)]})
      .label(symbol->span, "declared here");
  return false;
}

// Whether what is expected can happen at all in the workflow that was started.
bool TestChecker::subject(const ast::ExpectStmt& node, Expectation& into) {
  const std::string& name = into.subject;
  switch (node.what) {
    case What::Task: {
      const auto* found = asked(names_.tasks, node.subject, DiagnosticKind::UnknownTask);
      return found && roles(node.roles, found->roles, name, into.roles);
    }
    case What::Write:
      return call(node, abi::OperationClass::Write, into);
    case What::Notify:
      return call(node, abi::OperationClass::Notify, into);
    case What::Answer:
    case What::Alternative: {
      const Symbol* symbol = require_symbol(context_, module_, name, node.subject.span, SymbolKind::Advisor);
      if (symbol) into.advisor = symbol->index;
      return symbol != nullptr;
    }
    case What::Outcome:
    case What::Fails: {
      const auto found = names_.outcomes.find(name);
      if (found != names_.outcomes.end() && found->second == (node.what == What::Fails)) return true;
      auto& diagnostic =
          context_.emit(DiagnosticKind::UnknownOutcome, node.subject.span, {workflow_name(), name});
      if (found != names_.outcomes.end()) {
        diagnostic.note(found->second ? fmt::format("{0} is a failure: `expect fails {0}`", name)
                                      : fmt::format("{0} is no failure: `expect outcome {0}`", name));
      } else {
        with_suggestion(diagnostic, node.subject.span, name, keys_of(names_.outcomes));
      }
      return false;
    }
    case What::Waiting:
    case What::Suspended:
      if (names_.waits.contains(name)) return true;
      with_suggestion(context_.emit(DiagnosticKind::UnknownWait, node.subject.span, {workflow_name(), name}),
                      node.subject.span, name, {names_.waits.begin(), names_.waits.end()});
      return false;
    default: {
      const auto* found = asked(names_.approvals, node.subject, DiagnosticKind::UnknownApproval);
      return found && roles(node.roles, found->roles, name, into.roles);
    }
  }
}

TestChecker::Made TestChecker::of(const ast::TestStmt& tree, const ast::ExpectStmt& node) {
  if (!started(tree.span, "anything is expected")) return std::nullopt;
  Expectation result{.what = node.what,
                     .subject = node.subject.text(),
                     .operation = 0,
                     .roles = {},
                     .about = {},
                     .count = {}};
  if (node.count.form == CountForm::Always) {
    context_.emit(DiagnosticKind::BadLiteral, node.count.span, {"always", "number that can be expected"});
    return std::nullopt;
  }
  if (node.count.form == CountForm::Exactly) result.count = node.count.count;
  const bool sound = about(node.about, result.about);
  return subject(node, result) && sound ? Made(std::move(result)) : std::nullopt;
}

}  // namespace endcap::sema
