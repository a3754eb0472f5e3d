// The order of the analysis: names, types, what systems offer, what is governed, what happens, and then the
// rules that look at the whole typed tree.
#include "compiler/sema/check.h"

#include <map>
#include <set>
#include <tuple>

#include "compiler/sema/advisors.h"
#include "compiler/sema/directory.h"
#include "compiler/sema/interfaces.h"
#include "compiler/sema/names.h"
#include "compiler/sema/passes/passes.h"
#include "compiler/sema/policies.h"
#include "compiler/sema/resolve_types.h"
#include "compiler/sema/roles.h"
#include "compiler/sema/routes.h"
#include "compiler/sema/schedules.h"
#include "compiler/sema/starts.h"
#include "compiler/sema/systems.h"
#include "compiler/sema/tests.h"
#include "compiler/sema/workflow_checker.h"

namespace endcap {
namespace sema {
namespace {

// What is said for all calls to a system is looked at at each: what is found there is told once, and what
// never happens only where it happens at none of them.
void tell_once(const Context& context, Diagnostics& diagnostics) {
  for (const auto& [text, times] : context.said_for_all) {
    const auto inside = [&, at = text](const Diagnostic& each) {
      return each.span.source == at.source && at.begin <= each.span.begin && each.span.end <= at.end;
    };
    using Found = std::tuple<DiagnosticKind, uint32_t, uint32_t>;
    const auto found = [](const Diagnostic& each) {
      return Found(each.kind, each.span.begin, each.span.end);
    };
    std::map<Found, size_t> count;
    for (const Diagnostic& each : diagnostics.all()) {
      if (inside(each)) ++count[found(each)];
    }
    std::set<Found> told;
    diagnostics.forget_if([&, often = times](const Diagnostic& each) {
      if (!inside(each)) return false;
      const bool at_all = each.kind != DiagnosticKind::NeverHolds || count[found(each)] >= often;
      return !at_all || !told.insert(found(each)).second;
    });
  }
}

using Pass = void (*)(Program&, Diagnostics&);
constexpr Pass kPasses[] = {
    check_flow,   check_approvals,      check_policies,    check_tables,          check_raises,
    check_advice, check_carried_advice, check_grants,      check_parallel_writes, check_dues,
    check_reach,  check_freshness,      check_data_classes};

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
  sema::check_class_marks(context);
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
  sema::tell_once(context, diagnostics);
  return program;
}

}  // namespace endcap
