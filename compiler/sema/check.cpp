// The order of the analysis: names, types, what systems offer, what is governed, what happens, and then the
// rules that look at the whole typed tree.
#include "compiler/sema/check.h"

#include <algorithm>
#include <charconv>

#include "compiler/sema/advisors.h"
#include "compiler/sema/directory.h"
#include "compiler/sema/interfaces.h"
#include "compiler/sema/names.h"
#include "compiler/sema/passes/passes.h"
#include "compiler/sema/policies.h"
#include "compiler/sema/resolve_types.h"
#include "compiler/sema/routes.h"
#include "compiler/sema/schedules.h"
#include "compiler/sema/starts.h"
#include "compiler/sema/systems.h"
#include "compiler/sema/tests.h"
#include "compiler/sema/workflow_checker.h"
#include "runtime/abi/shape.h"

namespace endcap {
namespace sema {
namespace {

void describe_conflicts(Context& context) {
  for (uint32_t module = 0; module < context.modules.size(); ++module) {
    for (const ast::Decl& declaration : context.modules[module].tree->declarations) {
      const auto* conflict = std::get_if<ast::ConflictDecl>(&declaration.node);
      if (!conflict) continue;
      const auto left = require_role(context, module, conflict->left),
                 right = require_role(context, module, conflict->right);
      if (left && right) context.program.abi.conflicts.emplace_back(*left, *right);
    }
  }
}

// `role StoreOps by Text(3)`: what narrows a role, the same in every module that says so.
void describe_roles(Context& context) {
  context.role_scopes.assign(context.program.abi.roles.size(), abi::kNoType);
  for (uint32_t module = 0; module < context.modules.size(); ++module) {
    for (const ast::Decl& declaration : context.modules[module].tree->declarations) {
      const auto* tree = std::get_if<ast::RoleDecl>(&declaration.node);
      if (!tree || !tree->by) continue;
      const TypeId by = resolve_type(context, module, tree->by.get());
      if (by == abi::kNoType) continue;
      const auto& types = context.types;
      if (!types.is(by, Kind::Text) && !types.is(by, Kind::Int) && !types.is(by, Kind::Enum)) {
        context.emit(DiagnosticKind::RoleScopeType, tree->by->span, {context.type_name(by)});
        continue;
      }
      for (const ast::Name& name : tree->roles) {
        const auto role = require_role(context, module, name);
        if (!role) continue;
        TypeId& known = context.role_scopes[*role];
        if (known != abi::kNoType && known != by)
          context.emit(DiagnosticKind::RoleNarrowedTwice, name.span,
                       {name.text, context.type_name(known), context.type_name(by)});
        if (known == abi::kNoType) known = by;
      }
    }
  }
}

}  // namespace

bool can_read(const abi::Type& type, const std::string& scope) {
  int64_t number = 0;
  const char* const end = scope.data() + scope.size();
  switch (type.kind) {
    case Kind::Enum:
      return std::ranges::find(type.values, scope) != type.values.end();
    case Kind::Int:
      return std::from_chars(scope.data(), end, number).ptr == end && !scope.empty();
    default:
      return type.max_length == 0 || abi::count_code_points(scope) <= type.max_length;
  }
}

namespace {

// Whoever has a role that is narrowed answers for something, and for something that there can be.
void compare_scopes(Context& context) {
  for (const RoleConfig& role : context.project.roles) {
    for (const auto& [person, scopes] : role.scopes) {
      if (std::ranges::find(role.people, person) == role.people.end())
        context.emit(DiagnosticKind::ScopesOfNobody, role.scopes_span, {person, role.name});
    }
    const auto& declared = context.program.abi.roles;
    const auto found = std::ranges::find(declared, role.name);
    if (found == declared.end() ||
        context.role_scopes[static_cast<size_t>(found - declared.begin())] == abi::kNoType)
      continue;
    const TypeId by = context.role_scopes[static_cast<size_t>(found - declared.begin())];
    for (const auto& [person, scopes] : role.scopes) {
      for (const std::string& scope : scopes) {
        if (scope != "*" && !can_read(context.types[by], scope))
          context.emit(DiagnosticKind::ScopeUnknown, role.scopes_span,
                       {person, scope, role.name, context.type_name(by)});
      }
    }
    for (const std::string& person : role.people) {
      if (!role.scopes.contains(person))
        context.emit(DiagnosticKind::PersonWithoutScope, role.span, {person, role.name})
            .note("say in endcap.toml what for: `[scopes." + role.name + "]` and `" + person +
                  " = [\"...\"]`, or `[\"*\"]` for all");
    }
  }
}

// A role that stands in endcap.toml with its people, but that no module declares, decides nothing.
void compare_roles(Context& context) {
  const auto& declared = context.program.abi.roles;
  if (declared.empty()) return;
  for (const RoleConfig& role : context.project.roles) {
    if (std::ranges::find(declared, role.name) != declared.end()) continue;
    with_suggestion(context.emit(DiagnosticKind::RoleNotDeclared, role.span, {role.name}), role.span,
                    role.name, declared);
  }
}

using Pass = void (*)(Program&, Diagnostics&);
constexpr Pass kPasses[] = {
    check_flow,           check_approvals, check_policies,        check_tables, check_raises, check_advice,
    check_carried_advice, check_grants,    check_parallel_writes, check_dues,   check_reach};

}  // namespace
}  // namespace sema

sema::Program check(const Project& project, const std::vector<ast::Module>& modules, const SourceMap& sources,
                    Diagnostics& diagnostics) {
  sema::Program program;
  sema::Context context(project, sources, program, diagnostics);
  sema::list_systems(context);
  sema::declare_modules(context, modules);
  sema::describe_conflicts(context);
  sema::compare_roles(context);
  sema::describe_named_types(context);
  sema::describe_roles(context);
  sema::describe_partners(context);
  sema::compare_scopes(context);
  sema::compare_partners(context);
  sema::describe_views(context);
  sema::limit_records(context);
  sema::describe_events(context);
  sema::check_advice_marks(context);
  sema::describe_advisors(context);
  sema::describe_operations(context);
  for (uint32_t i = 0; i < context.functions.size(); ++i)
    sema::require_function(context, i, context.functions[i].name->span);
  sema::describe_operation_bodies(context);
  sema::check_operation_classes(context);
  sema::describe_policies(context);
  sema::join_policies(context);
  sema::describe_starts(context);
  sema::check_workflows(context);
  sema::describe_schedules(context);
  sema::describe_routes(context);
  sema::describe_interfaces(context);
  sema::check_event_senders(context);
  // These expect a tree without gaps.
  if (!diagnostics.has_errors()) {
    sema::check_tests(context);
    for (sema::Pass pass : sema::kPasses) pass(program, diagnostics);
    sema::check_stored_advice(context);
    sema::drop_unused_exceptions(context);
    sema::check_directory(context);
  }
  return program;
}

}  // namespace endcap
