// Whether a step can be over when it is due: the longest that its people may take, on each path, against the
// time there is. Only what is certain is told: a path begins at a moment that hangs on the same day as the
// due one, and everybody takes the time that is given to them.
#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "compiler/sema/passes/due_bounds.h"
#include "compiler/sema/passes/moment_bounds.h"
#include "compiler/sema/passes/passes.h"
#include "compiler/sema/passes/walk.h"

namespace endcap::sema {
namespace {

// To leave some out keeps a warning unsaid, and no more.
constexpr size_t kPathsMax = 64;            // of one place
constexpr uint32_t kRoundsMax = 8;          // of a `repeat`
constexpr size_t kStatementsMax = 100'000;  // looked at; then one round is enough

// Where control can be, and since when.
struct Reached {
  std::optional<size_t> anchor;  // the moment it began at; none: when the workflow was started
  Duration clock = 0;
  Duration business = 0;  // hours
  int64_t business_days = 0;
  Duration least = 0;                // of all of them on the clock, one after the other
  std::optional<uint32_t> calendar;  // of its business time
  bool calendars_differ = false;     // there are several
  friend bool operator==(const Reached&, const Reached&) = default;
};
using Paths = std::vector<Reached>;

struct Anchor {
  MomentBounds moment;
  Span span;
};

class DuePass {
 public:
  // Without diagnostics nothing is told.
  DuePass(const Program& program, Workflow& workflow, Diagnostics* diagnostics)
      : program_(program), workflow_(workflow), diagnostics_(diagnostics), calendar_(workflow.calendar) {}

  void run() { walk(workflow_.body, {Reached{}}); }

  DueBound bound(Step& step, const Due& due) {
    DueBound result{step.name, due.moment->span, {}, {}};
    ended_.emplace_back();
    const Paths after = walk(step.body, {Reached{}});
    Paths all = std::move(ended_.back());
    ended_.pop_back();
    add(all, after);
    for (const Reached& path : all) {
      const bool shorter =
          std::ranges::any_of(all, [&](const Reached& other) { return exceeds(other, path); });
      std::string text = length_of(path);
      if (path.anchor) {
        const std::string until = "until " + anchors_[*path.anchor].moment.words;
        text = text.empty() ? until : until + ", then " + text;
      }
      if (!shorter && !text.empty() && std::ranges::find(result.longest, text) == result.longest.end())
        result.longest.push_back(std::move(text));
    }
    return result;
  }

 private:
  static void add(Paths& into, const Paths& more) {
    for (const Reached& each : more) {
      if (into.size() < kPathsMax && std::ranges::find(into, each) == into.end()) into.push_back(each);
    }
  }

  Paths walk(Block& block, Paths paths) {
    for (Stmt& stmt : block.statements) {
      if (paths.empty()) return paths;
      ++statements_;
      paths = std::visit([&](auto& node) { return go(node, stmt, paths); }, stmt.node);
    }
    return paths;
  }

  // Everybody takes as long as they may.
  Paths longer(Paths paths, const ExprPtr& within, std::optional<uint32_t> calendar) const {
    if (!within) return paths;
    const auto clock = clock_literal(program_, *within);
    const auto business = business_literal(program_, *within);
    const Duration least =
        business && calendar ? least_on_clock(program_.abi.calendars[*calendar], *business) : 0;
    for (Reached& path : paths) {
      if (clock) path.clock += *clock, path.least += *clock;
      if (!business || !calendar) continue;
      const bool days = business->unit == BusinessDuration::Unit::Days;
      days ? path.business_days += business->amount : path.business += business->amount;
      path.least += least;
      path.calendars_differ = path.calendars_differ || (path.calendar && path.calendar != calendar);
      path.calendar = calendar;
    }
    return paths;
  }

  // Causes that end what was waited for, each with its path; what goes on does so behind the statement.
  Paths handled(Stmt& stmt, const Paths& paths) {
    Paths after = paths;
    std::set<const Block*> seen;
    visit_handlers(stmt, [&](Handler& handler) {
      if (handler.body && !seen.insert(handler.body.get()).second) return;
      const Paths handled = handler.body ? walk(*handler.body, paths) : paths;
      if (handler.next == Next::Again) {
        begin_round(handled);
      } else if (handler.next == Next::Skip) {
        leave(handled);
      } else {
        add(after, handled);
      }
    });
    return after;
  }

  template <typename Node>
  Paths go(Node&, Stmt& stmt, const Paths& paths) {
    return handled(stmt, paths);
  }
  Paths go(Approve& node, Stmt& stmt, const Paths& paths) {
    return handled(stmt, longer(paths, node.within, node.calendar));
  }
  Paths go(Task& node, Stmt& stmt, const Paths& paths) {
    return handled(stmt, longer(paths, node.within, node.calendar));
  }
  Paths go(Raise& node, Stmt& stmt, const Paths& paths) {
    return handled(stmt, longer(paths, node.within, calendar_));
  }
  // Its steps are compared where it stands alone.
  Paths go(Run& node, Stmt& stmt, const Paths& paths) {
    auto ended = std::exchange(ended_, {});
    auto left = std::exchange(left_, {});
    auto rounds = std::exchange(rounds_, {});
    const auto calendar = std::exchange(calendar_, program_.workflows[node.workflow].calendar);
    Diagnostics* const diagnostics = std::exchange(diagnostics_, nullptr);
    ended_.emplace_back();
    walk(node.body, paths);
    const Paths over = std::move(ended_.back());
    diagnostics_ = diagnostics;
    calendar_ = calendar;
    rounds_ = std::move(rounds);
    left_ = std::move(left);
    ended_ = std::move(ended);
    return handled(stmt, over);
  }
  Paths go(WaitEvent& node, Stmt& stmt, const Paths& paths) {
    return handled(stmt, longer(paths, node.within, calendar_));
  }

  // It goes on when the moment has come, or at once when that is past.
  Paths go(WaitUntil& node, Stmt& stmt, const Paths& paths) {
    Paths after = paths;
    const auto moment = bounds_of(program_, workflow_, *node.moment);
    if (!moment) return after;
    anchors_.push_back({*moment, stmt.span});
    add(after, {Reached{.anchor = anchors_.size() - 1}});
    return after;
  }

  Paths go(When& node, Stmt&, const Paths& paths) {
    Paths after;
    for (When::Arm& arm : node.arms) add(after, walk(arm.body, paths));
    add(after, node.otherwise ? walk(*node.otherwise, paths) : paths);
    return after;
  }
  Paths go(Match& node, Stmt&, const Paths& paths) {
    Paths after;
    for (Match::Arm& arm : node.arms) add(after, walk(arm.body, paths));
    return after;
  }
  // One element is enough for a warning.
  Paths go(ForEach& node, Stmt&, const Paths& paths) {
    left_.emplace_back();
    Paths after = paths;
    add(after, walk(node.body, paths));
    add(after, left_.back());
    left_.pop_back();
    if (node.otherwise) walk(*node.otherwise, after);
    return after;
  }
  // Every round may take as long as it may.
  Paths go(Repeat& node, Stmt&, const Paths& paths) {
    Paths after, round = paths;
    const uint32_t times = std::min(node.times, kRoundsMax);
    for (uint32_t i = 0; i < times && !round.empty() && (i == 0 || statements_ < kStatementsMax); ++i) {
      rounds_.emplace_back();
      add(after, walk(node.body, round));
      round = std::move(rounds_.back());
      rounds_.pop_back();
    }
    add(after, walk(node.otherwise, round));
    return after;
  }
  void begin_round(const Paths& paths) {
    if (!rounds_.empty()) add(rounds_.back(), paths);
  }
  Paths go(Again&, Stmt&, const Paths& paths) {
    begin_round(paths);
    return {};
  }
  Paths go(Together& node, Stmt&, const Paths& paths) {
    Paths after;
    for (Together::Branch& branch : node.branches) add(after, walk(branch.body, paths));
    return after;
  }
  Paths leave(const Paths& paths) {
    if (!left_.empty()) add(left_.back(), paths);
    return {};
  }
  Paths go(Yield&, Stmt&, const Paths& paths) { return leave(paths); }
  Paths go(Skip&, Stmt&, const Paths& paths) { return leave(paths); }
  Paths end(const Paths& paths) {
    for (Paths& step : ended_) add(step, paths);
    return {};
  }
  Paths go(Finish&, Stmt&, const Paths& paths) { return end(paths); }
  Paths go(Fail&, Stmt&, const Paths& paths) { return end(paths); }

  // Longer in every respect.
  static bool exceeds(const Reached& other, const Reached& path) {
    const auto amounts = [](const Reached& of) {
      return std::tuple(of.clock, of.business, of.business_days);
    };
    return amounts(other) != amounts(path) && other.anchor == path.anchor && other.clock >= path.clock &&
           other.business >= path.business && other.business_days >= path.business_days;
  }

  // ---------------------------------------------------------------- steps

  Paths go(Step& step, Stmt&, const Paths& paths) {
    const size_t before = anchors_.size();
    ended_.emplace_back();
    const Paths after = walk(step.body, paths);
    Paths all = std::move(ended_.back());
    ended_.pop_back();
    add(all, after);
    if (!step.body.statements.empty()) {
      if (const auto* due = std::get_if<Due>(&step.body.statements.front().node))
        compare(step, *due, all, before);
    }
    return after;
  }

  void compare(const Step& step, const Due& due, const Paths& all, size_t before) {
    const auto moment = bounds_of(program_, workflow_, *due.moment);
    if (!moment || !diagnostics_ || told_.contains(&step)) return;
    const Reached* worst = nullptr;
    Duration beyond = 0;
    for (const Reached& path : all) {
      const auto window =
          path.anchor ? at_most_between(anchors_[*path.anchor].moment, *moment) : std::nullopt;
      if (!window || least_of(path) - *window <= beyond) continue;
      beyond = least_of(path) - *window;
      worst = &path;
    }
    if (!worst) return;
    told_.insert(&step);
    const Anchor& anchor = anchors_[*worst->anchor];
    const Duration window = *at_most_between(anchor.moment, *moment);
    if (*worst->anchor >= before && window < 0) {
      diagnostics_->emit(DiagnosticKind::DueBeforeWait, due.moment->span, {step.name, anchor.moment.words})
          .label(anchor.span, "the step waits here");
      return;
    }
    diagnostics_
        ->emit(DiagnosticKind::DueOverrun, due.moment->span,
               {step.name, length_of(*worst), anchor.moment.words,
                window <= 0 ? "no time" : "at most " + duration_to_text(window)})
        .label(anchor.span, "counted from here, when everybody takes the time that is given")
        .note("give people less time, or let the step be due later");
  }

  // Each by itself, or business time together: its parts share their days.
  Duration least_of(const Reached& path) const {
    if (!path.calendar || path.calendars_differ) return path.least;
    const Calendar& calendar = program_.abi.calendars[*path.calendar];
    using Unit = BusinessDuration::Unit;
    return std::max({path.least, least_in_parts(calendar, {Unit::Time, path.business}),
                     least_in_parts(calendar, {Unit::Days, path.business_days})});
  }

  static std::string length_of(const Reached& path) {
    std::vector<std::string> parts;
    if (path.business > 0) parts.push_back(duration_to_text(path.business) + " of business time");
    if (path.business_days > 0)
      parts.push_back(std::to_string(path.business_days) +
                      (path.business_days == 1 ? " business day" : " business days"));
    if (path.clock > 0) parts.push_back(duration_to_text(path.clock));
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : " and ") + part;
    return text;
  }

  const Program& program_;
  Workflow& workflow_;
  Diagnostics* diagnostics_;
  std::vector<Anchor> anchors_;
  std::vector<Paths> ended_;   // of the steps around: where the workflow ends inside
  std::vector<Paths> left_;    // of the loops around: where an element ends early
  std::vector<Paths> rounds_;  // of the `repeat`s around: where another round begins
  std::optional<uint32_t> calendar_;
  std::set<const Step*> told_;
  size_t statements_ = 0;
};

}  // namespace

void check_dues(Program& program, Diagnostics& diagnostics) {
  for (Workflow& workflow : program.workflows) DuePass(program, workflow, &diagnostics).run();
}

namespace {

// Why there is no bound, each once.
class Unbounded {
 public:
  Unbounded(const Program& program, const Workflow& workflow) : program_(program), workflow_(workflow) {}

  std::vector<std::string> of(Block& block) {
    visit_statements(block, [&](Stmt& stmt) { look(stmt); });
    return std::move(reasons_);
  }

 private:
  void add(std::string reason) {
    if (std::ranges::find(reasons_, reason) == reasons_.end()) reasons_.push_back(std::move(reason));
  }

  void look(Stmt& stmt) {
    if (auto* loop = std::get_if<ForEach>(&stmt.node); loop && loop->parallel == 0 && waits(loop->body))
      add("one element comes after the other, and nobody knows how many there are");
    if (const auto* repeat = std::get_if<Repeat>(&stmt.node); repeat && repeat->times > kRoundsMax)
      add("only so many rounds are counted: " + std::to_string(kRoundsMax));
    std::visit([&](auto& node) { time(node); }, stmt.node);
    visit_handlers(stmt, [&](Handler& handler) {
      if (handler.next == Next::Retry) add("`then retry` can come any number of times");
      if (handler.next == Next::AskAgain) add("an approval is asked again whenever its facts change");
    });
    visit_event_handlers(stmt, [&](EventHandler& handler) {
      if (handler.next == Next::WaitUntil) add("an event can move what is waited for");
    });
  }

  static bool waits(Block& block) {
    bool found = false;
    visit_statements(block, [&](Stmt& stmt) { found = found || !stmt.path.empty(); });
    return found;
  }

  template <typename Node>
  void time(Node& node) {
    if constexpr (requires { node.within; }) {
      if (node.within && !clock_literal(program_, *node.within) && !business_literal(program_, *node.within))
        add("a `within` is computed");
    }
    constexpr bool kCalls = std::is_same_v<Node, ReadOperation> || std::is_same_v<Node, ReadView> ||
                            std::is_same_v<Node, ReadNavigation> || std::is_same_v<Node, Notify> ||
                            std::is_same_v<Node, Write> || std::is_same_v<Node, Ask>;
    if constexpr (kCalls)
      add("systems take the time they take, and what nobody handles stands still until a person resumes it");
    if constexpr (std::is_same_v<Node, WaitUntil>) {
      if (!bounds_of(program_, workflow_, *node.moment)) add("the moment that is waited for is computed");
    }
  }

  const Program& program_;
  const Workflow& workflow_;
  std::vector<std::string> reasons_;
};

}  // namespace

std::vector<DueBound> due_bounds(Program& program, Workflow& workflow) {
  std::vector<DueBound> bounds;
  visit_statements(workflow.body, [&](Stmt& stmt) {
    auto* step = std::get_if<Step>(&stmt.node);
    if (!step || step->body.statements.empty()) return;
    const auto* due = std::get_if<Due>(&step->body.statements.front().node);
    if (!due) return;
    bounds.push_back(DuePass(program, workflow, nullptr).bound(*step, *due));
    bounds.back().unbounded = Unbounded(program, workflow).of(step->body);
  });
  return bounds;
}

}  // namespace endcap::sema
