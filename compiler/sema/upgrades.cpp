// `upgrades from N { ... }`: what a workflow says of instances of its older versions. Read last: it speaks of
// wait points and values of this version. What it says of the older one is looked at when there is one to
// compare with.
#include "compiler/sema/plain.h"
#include "compiler/sema/tests.h"
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {
void WorkflowChecker::upgrades() {
  std::map<uint32_t, Span> versions;
  for (const ast::UpgradeClause& clause : info().tree->upgrades) {
    if (clause.from == 0 || clause.from >= out().version) {
      auto& told = context_.emit(DiagnosticKind::UpgradeNotOlder, clause.from_span,
                                 {std::to_string(out().version), std::to_string(clause.from)});
      if (!info().tree->version)
        told.note(
            "a workflow that does not say its `version` is the first one: write `version 2` behind its key");
    }
    const auto [first, fresh] = versions.try_emplace(clause.from, clause.from_span);
    if (!fresh)
      context_.emit(DiagnosticKind::UpgradeTwice, clause.from_span, {std::to_string(clause.from)})
          .label(first->second, "told here already");
    abi::UpgradeClause& made = out().upgrades.emplace_back();
    made.from = clause.from;
    renames(clause, made);
    for (const auto& value : clause.defaults) upgrade_value(value, made);
  }
}

void WorkflowChecker::renames(const ast::UpgradeClause& clause, abi::UpgradeClause& made) {
  std::set<std::string> known;  // as authors write them, and what stands around them
  for (const auto& [path, span] : paths_) {
    const std::string written = written_path(path);
    for (size_t dot = written.find('.'); dot != std::string::npos; dot = written.find('.', dot + 1))
      known.insert(written.substr(0, dot));
    known.insert(written);
  }
  std::map<std::string, Span> seen;
  for (const auto& rename : clause.renames) {
    const std::string before = rename.before.text(), after = rename.after.text();
    const auto [first, fresh] = seen.try_emplace(before, rename.before.span);
    if (!fresh)
      context_.emit(DiagnosticKind::UpgradeRenamedTwice, rename.before.span, {before})
          .label(first->second, "it has a new name here");
    if (!known.contains(after)) {
      Diagnostic& unknown =
          context_.emit(DiagnosticKind::UpgradePathUnknown, rename.after.span, {info().name().text, after});
      if (const auto meant = did_you_mean(after, {known.begin(), known.end()}))
        unknown.suggest({rename.after.span, *meant, "did you mean `" + *meant + "`?", false});
    }
    made.renames.push_back({before, after});
  }
}

// The type of what this version calls so; nothing when that was told already.
std::optional<TypeId> WorkflowChecker::upgrade_type(const ast::Name& name) {
  std::set<TypeId> types;
  std::vector<std::string> names;
  for (const Local& local : locals_) {
    if (local.name == name.text) types.insert(local.type);
    if (!local.name.empty()) names.push_back(local.name);
  }
  if (types.empty()) {
    Diagnostic& unknown =
        context_.emit(DiagnosticKind::UpgradeValueUnknown, name.span, {info().name().text, name.text});
    if (const auto meant = did_you_mean(name.text, names))
      unknown.suggest({name.span, *meant, "did you mean `" + *meant + "`?", false});
    return std::nullopt;
  }
  if (types.size() > 1) {
    context_.emit(DiagnosticKind::UpgradeValueAmbiguous, name.span, {name.text});
    return std::nullopt;
  }
  if (*types.begin() == abi::kNoType) return std::nullopt;
  return *types.begin();
}

void WorkflowChecker::upgrade_value(const ast::UpgradeClause::Default& value, abi::UpgradeClause& made) {
  if (!value.value) return reread(value.name, made);
  const auto known = upgrade_type(value.name);
  if (!known) return;
  const TypeId type = *known;
  const ExprPtr given = expressions_.check(value.value, type);
  if (!given || is_invalid(*given)) return;
  if (!is_plain(*given)) {
    context_.emit(DiagnosticKind::UpgradeValueNotPlain, given->span);
    return;
  }
  abi::Arena arena;
  const auto cell = plain_value(context_.program.abi.types, *given, arena);
  if (!cell) {
    context_.emit(DiagnosticKind::NumberTooLarge, given->span, {context_.type_name(type)});
    return;
  }
  made.defaults.push_back(
      {value.name.text, type, abi::pack_value(context_.program.abi.types, type, arena, *cell, nullptr)});
}

}  // namespace endcap::sema
