// Steps that nothing leads to, because of what was asked before: a `when` inside its own opposite, or behind
// what has ended already. Proved as the rows of policies are (case_grid.h); what can't be proved is not told.
#include <algorithm>
#include <functional>
#include <set>

#include "compiler/sema/expressions.h"
#include "compiler/sema/passes/case_grid.h"
#include "compiler/sema/passes/passes.h"
#include "compiler/sema/passes/walk.h"
#include "compiler/sema/tree_walk.h"

namespace endcap::sema {
namespace {

constexpr size_t kKnownMax = 8;  // what was asked before that a proof looks at

struct Known {
  const Expr* condition = nullptr;
  bool holds = true;
};

class ReachPass {
 public:
  ReachPass(const Program& program, Workflow& workflow, Diagnostics& diagnostics)
      : program_(program), workflow_(workflow), diagnostics_(diagnostics) {
    visit_statements(workflow.body, [&](Stmt& stmt) {
      if (const auto* let = std::get_if<Let>(&stmt.node)) lets_.emplace_back(let->local, clone(*let->value));
    });
  }

  void run() { walk(workflow_.body); }

 private:
  // What holds behind a statement holds to the end of its block: names are assigned once.
  void walk(Block& block) {
    const size_t before = known_.size();
    for (Stmt& stmt : block.statements) visit(stmt);
    known_.resize(before);
  }
  void walk(Block& block, std::vector<Known> here) {
    const size_t before = known_.size();
    known_.insert(known_.end(), here.begin(), here.end());
    walk(block);
    known_.resize(before);
  }

  void visit(Stmt& stmt) {
    if (auto* when = std::get_if<When>(&stmt.node)) return visit(*when);
    auto* loop = std::get_if<ForEach>(&stmt.node);
    const auto* run = std::get_if<Run>(&stmt.node);
    visit_blocks(stmt, [&](Block& block) {
      if (run && &block == &run->body) return;  // it was looked at where it stands
      if (loop && loop->where && &block == &loop->body) return walk(block, {{loop->where.get(), true}});
      walk(block);
    });
  }

  void visit(When& when) {
    std::vector<Known> here;
    bool told = false;
    for (When::Arm& arm : when.arms) {
      here.push_back({arm.condition.get(), true});
      told = told || tell(here, arm.condition->span, "this can't hold");
      walk(arm.body, here);
      here.back().holds = false;
    }
    if (when.otherwise) {
      if (!told && !when.otherwise->statements.empty())
        tell(here, when.otherwise->statements.front().span, "one of the conditions above holds");
      walk(*when.otherwise, here);
    }
    std::vector<Known> behind;
    for (When::Arm& arm : when.arms) {
      if (!falls_through(arm.body)) behind.push_back({arm.condition.get(), false});
    }
    // An arm that goes on may have been chosen before a later one was asked.
    const auto goes_on =
        std::ranges::find_if(when.arms, [](When::Arm& arm) { return falls_through(arm.body); });
    behind.resize(std::min(behind.size(), static_cast<size_t>(goes_on - when.arms.begin())));
    known_.insert(known_.end(), behind.begin(), behind.end());
  }

  static bool falls_through(Block& block) {
    if (block.statements.empty()) return true;
    Stmt& last = block.statements.back();
    if (auto* step = std::get_if<Step>(&last.node)) return falls_through(step->body);
    if (auto* when = std::get_if<When>(&last.node)) {
      return !when->otherwise || falls_through(*when->otherwise) ||
             std::ranges::any_of(when->arms, [](When::Arm& arm) { return falls_through(arm.body); });
    }
    if (auto* match = std::get_if<Match>(&last.node))
      return std::ranges::any_of(match->arms, [](Match::Arm& arm) { return falls_through(arm.body); });
    return !std::holds_alternative<Finish>(last.node) && !std::holds_alternative<Fail>(last.node) &&
           !std::holds_alternative<Skip>(last.node) && !std::holds_alternative<Yield>(last.node) &&
           !std::holds_alternative<Again>(last.node);
  }

  // ---------------------------------------------------------------- proofs

  // The names it is about, and those that they stand for.
  void add_names(const Expr& expression, std::set<LocalId>& names) const {
    sema::walk(expression, {.expression = [&](const Expr& inner) {
                 const auto* local = std::get_if<LocalRef>(&inner.node);
                 if (!local || !names.insert(local->local).second) return;
                 const auto let = std::ranges::find(lets_, local->local, &decltype(lets_)::value_type::first);
                 if (let != lets_.end()) add_names(*let->second, names);
               }});
  }

  // Whether these, with what is known, can't hold together: then it is told at `span`.
  bool tell(const std::vector<Known>& here, Span span, std::string alone) {
    std::set<LocalId> about;
    for (const Known& each : here) add_names(*each.condition, about);
    std::vector<Known> relevant;
    for (auto each = known_.rbegin(); each != known_.rend() && relevant.size() < kKnownMax; ++each) {
      std::set<LocalId> names;
      add_names(*each->condition, names);
      if (std::ranges::any_of(names, [&](LocalId name) { return about.contains(name); }))
        relevant.push_back(*each);
    }
    if (impossible(here)) {
      diagnostics_.emit(DiagnosticKind::NeverHolds, span, {std::move(alone)});
      return true;
    }
    if (relevant.empty()) return false;
    std::vector<Known> all = here;
    for (const Known& each : relevant) {
      all.push_back(each);
      if (!impossible(all)) continue;
      auto& diagnostic = diagnostics_.emit(DiagnosticKind::NeverHolds, span, {alone + " here"});
      diagnostic.label(each.condition->span, each.holds ? "this holds here" : "this does not hold here");
      return true;
    }
    return false;
  }

  bool impossible(const std::vector<Known>& conditions) const {
    Cases cases{.locals = workflow_.locals, .rows = {}, .lets = &lets_, .facts = {}};
    for (const Known& each : conditions) cases.rows.push_back(each.condition);
    const CaseGrid grid(program_, std::move(cases));
    std::vector<Condition> wanted;
    for (size_t i = 0; i < conditions.size(); ++i)
      wanted.push_back(conditions[i].holds ? *grid.rows()[i] : negated(*grid.rows()[i]));
    std::vector<const Condition*> pointers;
    for (const Condition& condition : wanted) pointers.push_back(&condition);
    return grid.search(pointers).result == CaseGrid::Search::Result::None;
  }

  const Program& program_;
  Workflow& workflow_;
  Diagnostics& diagnostics_;
  std::vector<std::pair<LocalId, ExprPtr>> lets_;
  std::vector<Known> known_;
};

}  // namespace

// The values of an exception are renewed while it waits: what held of them need not hold any more.
void check_reach(Program& program, Diagnostics& diagnostics) {
  for (Workflow& workflow : program.workflows) {
    if (!program.abi.workflows[workflow.index].severity) ReachPass(program, workflow, diagnostics).run();
  }
}

}  // namespace endcap::sema
