// Roles as they are declared, and as endcap.toml fills them.
#include "compiler/sema/roles.h"

#include <algorithm>
#include <charconv>

#include "compiler/sema/names.h"
#include "compiler/sema/resolve_types.h"
#include "runtime/abi/shape.h"

namespace endcap::sema {
namespace {

// What narrows the roles of one declaration: the same in every module that says so.
void narrow(Context& context, uint32_t module, const ast::RoleDecl& tree) {
  if (!tree.by) return;
  const TypeId by = resolve_type(context, module, tree.by.get());
  if (by == abi::kNoType) return;
  const auto& types = context.types;
  if (!types.is(by, Kind::Text) && !types.is(by, Kind::Int) && !types.is(by, Kind::Enum)) {
    context.emit(DiagnosticKind::RoleScopeType, tree.by->span, {context.type_name(by)});
    return;
  }
  for (const ast::Name& name : tree.roles) {
    const auto role = require_role(context, module, name);
    if (!role) continue;
    TypeId& known = context.role_scopes[*role];
    if (known != abi::kNoType && known != by)
      context.emit(DiagnosticKind::RoleNarrowedTwice, name.span,
                   {name.text, context.type_name(known), context.type_name(by)});
    if (known == abi::kNoType) known = by;
  }
}

// The calendar by which their business time counts: one, wherever it is said.
void keep_calendar(Context& context, const ast::RoleDecl& tree) {
  if (!tree.calendar) return;
  const auto calendar = require_calendar(context, *tree.calendar);
  if (!calendar) return;
  const auto& roles = context.program.abi.roles;
  for (const ast::Name& name : tree.roles) {
    const auto role = std::ranges::find(roles, name.text);
    if (role == roles.end()) continue;
    auto& known = context.role_calendars[static_cast<size_t>(role - roles.begin())];
    if (known && *known != *calendar)
      context.emit(DiagnosticKind::RoleCalendarTwice, name.span,
                   {name.text, context.program.abi.calendars[*known].name, tree.calendar->text()});
    if (!known) known = calendar;
  }
}

}  // namespace

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

void describe_roles(Context& context) {
  context.role_scopes.assign(context.program.abi.roles.size(), abi::kNoType);
  context.role_calendars.assign(context.program.abi.roles.size(), std::nullopt);
  for (uint32_t module = 0; module < context.modules.size(); ++module) {
    for (const ast::Decl& declaration : context.modules[module].tree->declarations) {
      const auto* tree = std::get_if<ast::RoleDecl>(&declaration.node);
      if (!tree) continue;
      narrow(context, module, *tree);
      keep_calendar(context, *tree);
    }
  }
}

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

}  // namespace endcap::sema
