// `write g for TARGET`: which leaf of which proposal the grant is used for.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {

bool WorkflowChecker::resolve_target(const ast::Stmt& tree, const ast::WriteStmt& node, Write& write) {
  const std::vector<LocalId> proposals = scope_[write.grant].grant_of;
  if (proposals.empty()) return false;  // what it covers was not understood, and that has been said
  std::vector<std::string> names;
  for (LocalId proposal : proposals) names.push_back(scope_[proposal].name);
  const std::string covered = fmt::format("{}", fmt::join(names, ", "));
  const auto grant_label = [&](Diagnostic& diagnostic) -> Diagnostic& {
    return diagnostic.label(scope_[write.grant].span, "it covers " + covered);
  };
  if (!node.target) {
    const bool one = proposals.size() == 1 && !scope_[proposals[0]].proposal->for_each;
    if (!one)
      grant_label(context_.emit(DiagnosticKind::TargetMissing, tree.span, {node.grant.text, covered}));
    return one;
  }
  // A proposal's name means its one leaf; names stay reachable through the grant after their step.
  if (const auto* name = std::get_if<ast::NameExpr>(&node.target->node);
      name && !scope_.find(name->name.text)) {
    const auto found = std::ranges::find(names, name->name.text);
    if (found != names.end()) {
      write.proposal = static_cast<uint32_t>(found - names.begin());
      if (!scope_[proposals[write.proposal]].proposal->for_each) return true;
      grant_label(context_.emit(DiagnosticKind::TargetMissing, node.target->span,
                                {node.grant.text, "each of " + name->name.text}));
      return false;
    }
    const auto nearest = did_you_mean(name->name.text, names);
    if (nearest && !scope_.left(name->name.text)) {
      grant_label(with_suggestion(
          context_.emit(DiagnosticKind::UnknownProposal, node.target->span, {name->name.text}),
          node.target->span, name->name.text, names));
      return false;
    }
  }
  if (const auto* name = std::get_if<ast::NameExpr>(&node.target->node)) {
    const auto local = scope_.find(name->name.text);
    const auto found = local ? std::ranges::find(proposals, *local) : proposals.end();
    if (local && found != proposals.end()) {
      write.proposal = static_cast<uint32_t>(found - proposals.begin());
      if (!scope_[*local].proposal->for_each) return true;
      grant_label(context_.emit(DiagnosticKind::TargetMissing, node.target->span,
                                {node.grant.text, "each of " + name->name.text}));
      return false;
    }
  }
  ExprPtr target = expressions_.check(node.target);
  if (is_invalid(*target)) return false;
  std::vector<uint32_t> matching;
  for (uint32_t i = 0; i < proposals.size(); ++i) {
    const auto& info = *scope_[proposals[i]].proposal;
    if (info.for_each && info.element == target->type) matching.push_back(i);
  }
  if (matching.size() != 1) {
    grant_label(
        context_.emit(matching.empty() ? DiagnosticKind::TargetNotCovered : DiagnosticKind::TargetAmbiguous,
                      node.target->span, {node.grant.text, context_.type_name(target->type)}));
    return false;
  }
  write.proposal = matching[0];
  write.target = std::move(target);
  return true;
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::WriteStmt& node) {
  const auto grant = find_of_kind(node.grant, Kind::Grant, DiagnosticKind::UnknownGrant);
  Write write{};
  bool sound = grant.has_value();
  if (const auto moved = moved_.find(node.grant.text); grant && moved != moved_.end()) {
    sound = resolve_moved(tree, node, moved->second, write);
  } else if (grant) {
    write.grant = *grant;
    sound = resolve_target(tree, node, write);
  }
  Site site{.what = "the write of `" + node.grant.text + "`",
            .causes = {Cause::Rejected, Cause::Unavailable, Cause::Invalid},
            .nexts = {Next::Retry, Next::Continue},
            .ends_by_itself = true};
  if (write.moved) {  // what becomes of the grant is this workflow's to say
    site.required = {Cause::Expired, Cause::Changed};
    if (scope_[write.grant].by_line) site.required.push_back(Cause::Refused);
    for (const Cause cause : {Cause::Expired, Cause::Changed, Cause::Refused}) site.causes.push_back(cause);
  }
  std::string leaf = "write." + node.grant.text;
  if (sound) {
    const uint32_t operation = scope_[scope_[*grant].grant_of[write.proposal]].proposal->operation;
    const abi::Operation& described = context_.program.abi.operations[operation];
    site.what = "the write of " + described.name;
    site.rejections = &described.rejections;
    site.declared = context_.operations[operation].tree->name.span;
    site.system = context_.operations[operation].system;
    site.leaf = leaf = "write." + described.name;
  }
  std::string identity = path(leaf, tree.span);
  ++waits_;
  // Without its operation a handler's rejection can't be looked up: its body is read all the same.
  if (sound) {
    write.handlers = handlers(node.handlers, site, tree.span);
    return make(tree.span, std::move(write), std::move(identity));
  }
  for (const ast::Handler& each : node.handlers) block(each.body, "the handler");
  return std::nullopt;
}

}  // namespace endcap::sema
