// Who holds which role, and whether those suffice: see directory.h.
#include "compiler/sema/directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "compiler/sema/passes/case_grid.h"
#include "compiler/sema/tree_walk.h"
#include "runtime/abi/deciders.h"

namespace endcap::sema {
namespace {

class Directory {
 public:
  explicit Directory(Context& context) : context_(context), abi_(context.program.abi) {
    std::map<std::string, abi::RoleSet> people;
    for (const RoleConfig& role : context_.project.roles) {
      const auto number = std::ranges::find(abi_.roles, role.name);
      if (number == abi_.roles.end()) continue;
      for (const std::string& person : role.people)
        people[person].insert(static_cast<uint32_t>(number - abi_.roles.begin()));
    }
    for (auto& [person, held] : people) {
      names_.push_back(person);
      held_.push_back({std::move(held)});
    }
  }

  void run() {
    both_sides();
    for (const Policy& policy : context_.program.policies) {
      for (size_t row = 0; row < policy.rows.size(); ++row) deciders(policy, row);
    }
    for (const OperationInfo& operation : context_.operations) {
      if (operation.tree->owner) held_by_somebody(*operation.tree->owner);
    }
    for (const Workflow& workflow : context_.program.workflows) {
      walk(workflow.body, {.statement = [&](const Stmt& stmt) { work(stmt); }, .expression = nullptr});
    }
  }

 private:
  const std::string& role_name(uint32_t role) const { return abi_.roles.at(role); }
  const RoleConfig* config(uint32_t role) const {
    const auto found = std::ranges::find(context_.project.roles, role_name(role), &RoleConfig::name);
    return found == context_.project.roles.end() ? nullptr : &*found;
  }
  std::string role_names(const std::vector<uint32_t>& roles, std::string_view last) const {
    std::string text;
    for (size_t i = 0; i < roles.size(); ++i) {
      if (i > 0) text += i + 1 == roles.size() ? last : std::string_view(", ");
      text += role_name(roles[i]);
    }
    return text;
  }

  // Nothing is granted by them, whatever this says: the engine refuses it. But somebody should look at it.
  void both_sides() {
    const std::set<std::pair<uint32_t, uint32_t>> conflicts(abi_.conflicts.begin(), abi_.conflicts.end());
    for (const auto& [left, right] : conflicts) {
      for (size_t person = 0; person < names_.size(); ++person) {
        if (left == right || !held_[person].held.contains(left) || !held_[person].held.contains(right))
          continue;
        context_
            .emit(DiagnosticKind::HoldsBothSides, config(left)->span,
                  {names_[person], role_name(left), role_name(right)})
            .label(config(right)->span, "here too")
            .note(fmt::format("{} decides for neither of the two: take them out of one", names_[person]));
      }
    }
  }

  void deciders(const Policy& policy, size_t row) {
    const abi::Policy& described = abi_.policies[policy.index];
    const std::vector<uint32_t>& roles = described.rows[row].roles;
    if (roles.empty()) return;
    const auto assigned = abi::assign(roles, held_, described, abi_.conflicts);
    std::vector<uint32_t> without;
    for (size_t i = 0; i < roles.size(); ++i) {
      if (!assigned[i]) without.push_back(roles[i]);
    }
    if (without.empty() || (!policy.of.empty() && !only_together(policy, row))) return;
    Diagnostic& diagnostic =
        context_.emit(DiagnosticKind::NoEligibleApprover, policy.rows[row].span,
                      {policy.name, role_names(roles, " and "), role_names(without, " or ")});
    for (const uint32_t role : without) {
      if (const RoleConfig* where = config(role)) diagnostic.label(where->span, "who stands here");
      diagnostic.note(looked_at(role, roles, assigned, described));
    }
  }

  // Rows of several policies that hold together and ask more people than there are, though each asks no more
  // than that: what one asks alone is told where it stands.
  bool only_together(const Policy& policy, size_t row) const {
    for (const auto& [of, row_of] : policy.rows[row].of) {
      const abi::Policy& written = abi_.policies[of];
      const auto assigned = abi::assign(written.rows[row_of].roles, held_, written, abi_.conflicts);
      if (!std::ranges::all_of(assigned, [](const auto& person) { return person.has_value(); })) return false;
    }
    Cases cases{.locals = policy.locals, .rows = {}, .lets = &policy.lets, .facts = policy.facts};
    cases.rows.push_back(policy.rows[row].condition.get());
    const CaseGrid grid(context_.program, std::move(cases));
    const auto& holds = grid.rows().front();
    return !holds || grid.search({&*holds}).result != CaseGrid::Search::Result::None;
  }

  // "Chief: carl is Buyer too, which conflicts; fay decides for Finance already".
  std::string looked_at(uint32_t role, const std::vector<uint32_t>& roles,
                        const std::vector<std::optional<size_t>>& assigned, const abi::Policy& policy) const {
    std::string text;
    for (size_t person = 0; person < names_.size(); ++person) {
      const auto may = abi::capacity(held_[person].held, role, policy, abi_.conflicts);
      if (!may) continue;
      text += text.empty() ? "" : "; ";
      if (may->barred_by) {
        text +=
            fmt::format("{} is {} too, which conflicts with it", names_[person], role_name(*may->barred_by));
      } else {
        const auto elsewhere = std::ranges::find(assigned, std::optional(person));
        text += fmt::format("{} is needed for {}", names_[person],
                            role_name(roles[static_cast<size_t>(elsewhere - assigned.begin())]));
      }
    }
    return fmt::format("{}: {}", role_name(role),
                       text.empty() ? "nobody holds it or stands in for it" : text);
  }

  void held_by_somebody(const ast::Name& name) { held_by_somebody(name.text, name.span); }
  void held_by_somebody(const std::string& role, Span asked) {
    const auto number = std::ranges::find(abi_.roles, role);
    if (number == abi_.roles.end()) return;
    const auto index = static_cast<uint32_t>(number - abi_.roles.begin());
    if (std::ranges::any_of(held_, [&](const abi::Decider& each) { return each.held.contains(index); }))
      return;
    if (!told_.insert(index).second) return;
    context_.emit(DiagnosticKind::RoleWithoutPeople, asked, {role})
        .note(fmt::format("say in endcap.toml who they are: `{} = [\"...\"]` under `[roles]`", role));
  }

  // Where work goes: to the role itself and those it is escalated to.
  void work(const Stmt& stmt) {
    const auto ask = [&](uint32_t role) { held_by_somebody(role_name(role), place(role, stmt.span)); };
    const auto escalations = [&](const std::vector<Escalation>& all) {
      for (const Escalation& escalation : all) ask(escalation.role);
    };
    if (const auto* task = std::get_if<Task>(&stmt.node)) ask(task->role), escalations(task->escalations);
    if (const auto* approve = std::get_if<Approve>(&stmt.node)) escalations(approve->escalations);
  }

  // The name of the role inside the statement; the statement where it stands elsewhere.
  Span place(uint32_t role, Span statement) const {
    for (const auto& [used, span] : context_.role_uses) {
      if (used == role && span.source == statement.source && span.begin >= statement.begin &&
          span.end <= statement.end)
        return span;
    }
    return statement;
  }

  Context& context_;
  const abi::Program& abi_;
  std::vector<std::string> names_;  // of the people, sorted
  std::vector<abi::Decider> held_;  // by each of them
  std::set<uint32_t> told_;
};

}  // namespace

void check_directory(Context& context) {
  if (!context.project.roles.empty()) Directory(context).run();
}

}  // namespace endcap::sema
