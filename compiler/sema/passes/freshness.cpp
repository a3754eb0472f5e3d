// What was read counts for a time (`fresh within`): where it may be used later than that, behind a wait, it
// is told. The age of a reading is the longest that everybody may take on the way; who an entity is, its key,
// does not grow old.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/sema/passes/moment_bounds.h"
#include "compiler/sema/passes/passes.h"
#include "compiler/sema/passes/walk.h"
#include "compiler/sema/tree_walk.h"

namespace endcap::sema {
namespace {

struct Reading {
  Duration limit = 0;
  Span span;
};

// How long ago each reading can have been; what is not in it has not been read on the way here.
using Ages = std::map<LocalId, Duration>;

// The longest that business time takes on the clock: by calendar, unit and amount.
using Longest = std::map<std::tuple<uint32_t, BusinessDuration::Unit, int64_t>, Duration>;

class FreshnessPass {
 public:
  FreshnessPass(Program& program, Workflow& workflow, Longest& longest, Diagnostics& diagnostics)
      : program_(program),
        workflow_(workflow),
        longest_(longest),
        diagnostics_(diagnostics),
        calendar_(workflow.calendar) {}

  void run() {
    Ages ages;
    for (const StartParameter& parameter : workflow_.parameters) {
      if (!parameter.view) continue;
      read(parameter.local, limit_of_view(*parameter.view), workflow_.locals[parameter.local.index].span,
           ages);
    }
    find_readings(workflow_.body);
    if (readings_.empty()) return;
    derive(workflow_.body);
    walk(workflow_.body, ages);
  }

 private:
  // ---------------------------------------------------------------- what is read, and what is made of it

  std::optional<Duration> limit_of_view(uint32_t view) const {
    const auto found = program_.fresh_views.find(view);
    return found == program_.fresh_views.end() ? std::nullopt : std::optional(found->second);
  }

  std::optional<Duration> limit_of(const ReadView& read) const { return limit_of_view(read.view); }
  std::optional<Duration> limit_of(const ReadNavigation& read) const {
    return limit_of_view(program_.abi.navigations[read.navigation].to_view);
  }
  std::optional<Duration> limit_of(const ReadOperation& read) const {
    const auto found = program_.fresh_operations.find(read.operation);
    if (found != program_.fresh_operations.end()) return found->second;
    const abi::Operation& operation = program_.abi.operations[read.operation];
    return operation.result_view ? limit_of_view(*operation.result_view) : std::nullopt;
  }

  void read(LocalId local, std::optional<Duration> limit, Span span, Ages& ages) {
    if (!limit || !local.valid()) return;
    readings_.try_emplace(local, Reading{*limit, span});
    ages[local] = 0;
  }

  void find_readings(Block& block) {
    Ages none;
    visit_statements(block, [&](Stmt& stmt) {
      std::visit(
          [&](auto& node) {
            if constexpr (requires { limit_of(node); }) read(node.local, limit_of(node), stmt.span, none);
          },
          stmt.node);
    });
  }

  // What a local is made of, until nothing is added: names are assigned once, but handed on from round to
  // round.
  void derive(Block& block) {
    bool more = true;
    const auto made_of = [&](LocalId local, const Expr* value) {
      if (!local.valid() || !value) return;
      for (const LocalId root : roots(*value)) more = made_of_[local].insert(root).second || more;
    };
    while (std::exchange(more, false)) {
      visit_statements(block, [&](Stmt& stmt) {
        if (auto* let = std::get_if<Let>(&stmt.node)) made_of(let->local, let->value.get());
        if (auto* ask = std::get_if<Ask>(&stmt.node)) made_of(ask->local, ask->alternative.get());
        if (auto* match = std::get_if<Match>(&stmt.node)) {
          for (const Match::Arm& arm : match->arms) made_of(arm.binding, match->subject.get());
        }
        if (auto* repeat = std::get_if<Repeat>(&stmt.node)) {
          for (const auto& [local, value] : repeat->with) made_of(local, value.get());
        }
        if (auto* again = std::get_if<Again>(&stmt.node)) {
          for (const auto& [local, value] : again->with) made_of(local, value.get());
        }
        if (auto* run = std::get_if<Run>(&stmt.node)) {
          for (size_t i = 0; i < run->parameters.size(); ++i)
            made_of(run->parameters[i], run->arguments[i].get());
          visit_statements(run->body, [&](Stmt& inside) {
            if (auto* finish = std::get_if<Finish>(&inside.node)) made_of(run->result, finish->record.get());
          });
        }
        visit_handlers(stmt, [&](Handler& handler) {
          if (handler.next == Next::Continue) made_of(result_of(stmt), handler.value.get());
        });
        if (auto* loop = std::get_if<ForEach>(&stmt.node)) {
          made_of(loop->variable, loop->list.get());
          for (const ForEach::Inner& inner : loop->inner) made_of(inner.variable, inner.list.get());
          if (loop->collect.valid()) {
            visit_statements(loop->body, [&](Stmt& inside) {
              if (auto* yield = std::get_if<Yield>(&inside.node)) made_of(loop->collect, yield->value.get());
            });
          }
        }
        if (auto* propose = std::get_if<Propose>(&stmt.node)) made_of(propose->variable, propose->list.get());
      });
    }
  }

  std::set<LocalId> roots(const Expr& expr) const {
    std::set<LocalId> found;
    add_roots(expr, found);
    return found;
  }

  void add_roots(const Expr& expr, std::set<LocalId>& found) const {
    mentions(expr, [&](LocalId local, Span) {
      if (readings_.contains(local)) found.insert(local);
      const auto made = made_of_.find(local);
      if (made != made_of_.end()) found.insert(made->second.begin(), made->second.end());
    });
  }

  // Each local that counts for the value; where it stands.
  template <typename Tell>
  void mentions(const Expr& expr, const Tell& tell) const {
    std::visit([&](const auto& node) { parts(node, expr, tell); }, expr.node);
  }
  template <typename Leaf, typename Tell>
  void parts(const Leaf&, const Expr&, const Tell&) const {}
  template <typename Tell>
  void parts(const LocalRef& node, const Expr& expr, const Tell& tell) const {
    tell(node.local, expr.span);
  }
  template <typename Tell>
  void parts(const FieldOf& node, const Expr&, const Tell& tell) const {
    if (!program_.abi.types[node.record->type].fields[node.field].key) mentions(*node.record, tell);
  }
  template <typename Tell>
  void parts(const MakeOptional& node, const Expr&, const Tell& tell) const {
    if (node.value) mentions(*node.value, tell);
  }
  template <typename Node, typename Tell>
  requires requires(const Node& node) { node.fields; }
  void parts(const Node& node, const Expr&, const Tell& tell) const { all(node.fields, tell); }
  template <typename Node, typename Tell>
  requires requires(const Node& node) { node.elements; }
  void parts(const Node& node, const Expr&, const Tell& tell) const { all(node.elements, tell); }
  template <typename Node, typename Tell>
  requires requires(const Node& node) { node.arguments; }
  void parts(const Node& node, const Expr&, const Tell& tell) const { all(node.arguments, tell); }
  template <typename Node, typename Tell>
  requires requires(const Node& node) { node.operands; }
  void parts(const Node& node, const Expr&, const Tell& tell) const { all(node.operands, tell); }
  template <typename Tell>
  void all(const std::vector<ExprPtr>& expressions, const Tell& tell) const {
    for (const ExprPtr& each : expressions) mentions(*each, tell);
  }

  // ---------------------------------------------------------------- time that passes

  static void join(std::optional<Ages>& into, const std::optional<Ages>& more) {
    if (!more) return;
    if (!into) into.emplace();
    for (const auto& [local, age] : *more) {
      const auto [there, added] = into->try_emplace(local, age);
      if (!added) there->second = std::max(there->second, age);
    }
  }

  static Ages later(Ages ages, Duration by) {
    for (auto& [local, age] : ages) age = by >= kNever || age >= kNever - by ? kNever : age + by;
    return ages;
  }

  Duration longest(const Expr& within, std::optional<uint32_t> calendar) const {
    if (const auto clock = clock_literal(program_, within)) return *clock;
    const auto business = business_literal(program_, within);
    if (!business || !calendar) return kNever;
    const auto [found, added] = longest_.try_emplace({*calendar, business->unit, business->amount});
    if (added) found->second = most_on_clock(program_.abi.calendars[*calendar], *business);
    return found->second;
  }

  // Nothing when no path leads behind the block.
  std::optional<Ages> walk(Block& block, Ages ages) {
    for (Stmt& stmt : block.statements) {
      uses(stmt, ages);
      std::optional<Ages> after = std::visit([&](auto& node) { return go(node, stmt, ages); }, stmt.node);
      if (!after) return std::nullopt;
      ages = std::move(*after);
    }
    return ages;
  }

  void uses(const Stmt& stmt, const Ages& ages) {
    if (std::holds_alternative<Write>(stmt.node))
      return;  // its target says which, and its facts are read again
    visit_expressions(stmt, [&](const Expr& expr) { uses(expr, ages); });
  }

  void uses(const Expr& expr, const Ages& ages) {
    mentions(expr, [&](LocalId local, Span span) {
      std::set<LocalId> of;
      if (readings_.contains(local)) of.insert(local);
      if (const auto made = made_of_.find(local); made != made_of_.end())
        of.insert(made->second.begin(), made->second.end());
      for (const LocalId root : of) {
        const auto age = ages.find(root);
        if (age != ages.end() && age->second > readings_.at(root).limit) tell(local, root, span, age->second);
      }
    });
  }

  void tell(LocalId local, LocalId root, Span span, Duration age) {
    if (!told_.insert(root).second) return;
    const Reading& reading = readings_.at(root);
    const std::string& name = workflow_.locals[root.index].name;
    diagnostics_
        .emit(
            DiagnosticKind::StaleReading, span,
            {workflow_.locals[local.index].name, name,
             age >= kNever ? "any time" : "up to " + duration_to_text(age), duration_to_text(reading.limit)})
        .label(reading.span, "read here")
        .note("read it again behind the wait: `reread " + name + "`, or the same `read`");
  }

  // ---------------------------------------------------------------- statements

  // Bodies of handlers, and how they lead on: behind the statement, unless they leave it.
  std::optional<Ages> handled(Stmt& stmt, const Ages& ages) {
    std::optional<Ages> after = ages;
    std::set<const Block*> seen;
    visit_handlers(stmt, [&](Handler& handler) {
      if (handler.body && !seen.insert(handler.body.get()).second) return;
      const std::optional<Ages> over = handler.body ? walk(*handler.body, ages) : std::optional(ages);
      if (handler.value && over) uses(*handler.value, *over);
      if (handler.next == Next::Again) {
        if (!rounds_.empty()) join(rounds_.back(), over);
      } else if (handler.next != Next::Skip) {
        join(after, over);
      }
    });
    return after;
  }

  template <typename Node>
  std::optional<Ages> go(Node& node, Stmt& stmt, const Ages& ages) {
    if constexpr (requires { node.within; }) {
      std::optional<uint32_t> calendar = calendar_;
      if constexpr (requires { node.calendar; }) calendar = node.calendar;
      return handled(stmt, node.within ? later(ages, longest(*node.within, calendar)) : ages);
    } else if constexpr (requires { limit_of(node); }) {
      std::optional<Ages> after = handled(stmt, ages);
      if (readings_.contains(node.local)) (*after)[node.local] = 0;
      return after;
    } else {
      return handled(stmt, ages);
    }
  }

  // Nobody knows how far off the moment is; its handlers run at any time until then.
  std::optional<Ages> go(WaitUntil& node, Stmt& stmt, const Ages& ages) {
    Ages after = later(ages, kNever);
    visit_event_handlers(stmt, [&](EventHandler& handler) { walk(handler.body, after); });
    if (node.late_fail) uses(*node.late_fail, ages);
    return after;
  }
  std::optional<Ages> go(Throughout&, Stmt& stmt, const Ages& ages) {
    visit_event_handlers(stmt, [&](EventHandler& handler) { walk(handler.body, later(ages, kNever)); });
    return ages;
  }
  std::optional<Ages> go(Due& node, Stmt&, const Ages& ages) {
    if (node.late) walk(*node.late, later(ages, kNever));
    return ages;
  }

  std::optional<Ages> go(Run& node, Stmt& stmt, const Ages& ages) {
    const auto calendar = std::exchange(calendar_, program_.workflows[node.workflow].calendar);
    auto rounds = std::exchange(rounds_, {});
    auto ended = std::exchange(ended_, std::optional<Ages>());
    std::optional<Ages> over = walk(node.body, ages);
    join(over, ended_);
    ended_ = std::move(ended);
    rounds_ = std::move(rounds);
    calendar_ = calendar;
    return handled(stmt, over ? *over : ages);
  }

  std::optional<Ages> go(When& node, Stmt&, const Ages& ages) {
    std::optional<Ages> after = node.otherwise ? walk(*node.otherwise, ages) : std::optional(ages);
    for (When::Arm& arm : node.arms) join(after, walk(arm.body, ages));
    return after;
  }
  std::optional<Ages> go(Match& node, Stmt&, const Ages& ages) {
    std::optional<Ages> after;
    for (Match::Arm& arm : node.arms) join(after, walk(arm.body, ages));
    return after;
  }
  std::optional<Ages> go(ForEach& node, Stmt&, const Ages& ages) {
    return once(&node, ages, [&] { return over_elements(node, ages); });
  }
  std::optional<Ages> go(Repeat& node, Stmt&, const Ages& ages) {
    return once(&node, ages, [&] { return over_rounds(node, ages); });
  }

  // A loop walks its body twice, and loops stand in loops: what comes of the same ages is known already.
  template <typename WalkLoop>
  std::optional<Ages> once(const void* loop, const Ages& ages, const WalkLoop& walk_loop) {
    const auto [found, first] = loops_.try_emplace({loop, ages});
    Walked& walked = found->second;
    if (first) {
      auto left = std::exchange(left_, std::optional<Ages>());
      auto ended = std::exchange(ended_, std::optional<Ages>());
      auto rounds = std::exchange(rounds_, std::vector<std::optional<Ages>>(rounds_.empty() ? 0 : 1));
      walked.behind = walk_loop();
      walked.left = std::exchange(left_, std::move(left));
      walked.ended = std::exchange(ended_, std::move(ended));
      if (!rounds_.empty()) walked.again = std::move(rounds_.back());
      rounds_ = std::move(rounds);
    }
    join(left_, walked.left);
    join(ended_, walked.ended);
    if (!rounds_.empty()) join(rounds_.back(), walked.again);
    return walked.behind;
  }

  // Elements begin together where they are `parallel`; one after the other, each takes the time of all before
  // it.
  std::optional<Ages> over_elements(ForEach& node, const Ages& ages) {
    auto left = std::exchange(left_, std::optional<Ages>());
    std::optional<Ages> after = walk(node.body, ages);
    join(after, left_);
    join(after, ages);
    if (node.parallel == 0 && after != ages) {
      after = grown(ages, *after);
      walk(node.body, *after);
    }
    left_ = std::move(left);
    if (node.otherwise) walk(*node.otherwise, *after);
    return after;
  }
  std::optional<Ages> over_rounds(Repeat& node, const Ages& ages) {
    rounds_.emplace_back();
    std::optional<Ages> after = walk(node.body, ages);
    std::optional<Ages> next = std::move(rounds_.back());
    if (next) {
      next = grown(ages, *next);
      rounds_.back().reset();
      join(after, walk(node.body, *next));
    }
    rounds_.pop_back();
    if (next) join(after, walk(node.otherwise, *next));
    return after;
  }
  // What grew in one round grows in each.
  static Ages grown(const Ages& before, Ages after) {
    for (auto& [local, age] : after) {
      const auto was = before.find(local);
      if (was != before.end() && age > was->second) age = kNever;
    }
    return after;
  }
  std::optional<Ages> go(Again&, Stmt&, const Ages& ages) {
    if (!rounds_.empty()) join(rounds_.back(), ages);
    return std::nullopt;
  }
  std::optional<Ages> go(Together& node, Stmt&, const Ages& ages) {
    std::optional<Ages> after;
    for (Together::Branch& branch : node.branches) join(after, walk(branch.body, ages));
    return after ? after : std::optional(ages);
  }
  std::optional<Ages> go(Step& node, Stmt&, const Ages& ages) { return walk(node.body, ages); }
  std::optional<Ages> leave(const Ages& ages) {
    join(left_, ages);
    return std::nullopt;
  }
  std::optional<Ages> go(Yield&, Stmt&, const Ages& ages) { return leave(ages); }
  std::optional<Ages> go(Skip&, Stmt&, const Ages& ages) { return leave(ages); }
  std::optional<Ages> end(const Ages& ages) {
    join(ended_, ages);
    return std::nullopt;
  }
  std::optional<Ages> go(Finish&, Stmt&, const Ages& ages) { return end(ages); }
  std::optional<Ages> go(Fail&, Stmt&, const Ages& ages) { return end(ages); }

  Program& program_;
  Workflow& workflow_;
  Longest& longest_;
  Diagnostics& diagnostics_;
  std::optional<uint32_t> calendar_;
  std::map<LocalId, Reading> readings_;
  std::map<LocalId, std::set<LocalId>> made_of_;
  std::optional<Ages> left_;                 // where elements of the loop around end early
  std::optional<Ages> ended_;                // where the workflow that is run ends
  std::vector<std::optional<Ages>> rounds_;  // where the next round of each `repeat` around begins
  std::set<LocalId> told_;

  // Where a loop leads: behind it, and as `left_`, `ended_` and the innermost of `rounds_`.
  struct Walked {
    std::optional<Ages> behind, left, ended, again;
  };
  std::map<std::pair<const void*, Ages>, Walked> loops_;
};

}  // namespace

void check_freshness(Program& program, Diagnostics& diagnostics) {
  if (program.fresh_views.empty() && program.fresh_operations.empty()) return;
  Longest longest;
  for (Workflow& workflow : program.workflows) FreshnessPass(program, workflow, longest, diagnostics).run();
}

}  // namespace endcap::sema
