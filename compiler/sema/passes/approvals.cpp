// An approval's handlers stand again at every write of it, because a grant can expire or change until then.
// So a handler that leaves out or yields an element means what it says only where the write is in the same
// loop. `on refused` stands at the writes only: it leaves out the element that writes.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "compiler/sema/passes/passes.h"
#include "compiler/sema/passes/walk.h"

namespace endcap::sema {
namespace {

constexpr uint64_t kHandlerStatementsMax = 100;  // of one approval, with those of what its handlers write

struct Leaving {  // how a handler leaves the element or round it is in
  Span span;
  std::string word;
};

struct Place {  // the loop, branch or event handler, and the `repeat`, that are the innermost; null: none
  const void* loop = nullptr;
  const void* rounds = nullptr;
  bool element = false;  // which `skip` leaves: the innermost is no branch
};

// Ways to leave.
enum Ways : uint8_t { kAgain = 1, kSkip = 2, kYield = 4 };

class ApprovalPass {
 public:
  ApprovalPass(Workflow& workflow, Diagnostics& diagnostics)
      : workflow_(workflow), diagnostics_(diagnostics) {}

  void run() { walk(workflow_.body); }

 private:
  void walk(Block& block) {
    for (Stmt& stmt : block.statements) visit(stmt);
  }

  void visit(Stmt& stmt) {
    if (auto* approve = std::get_if<Approve>(&stmt.node)) {
      place_of_[approve] = place_;
      if (statements_of(*approve) > kHandlerStatementsMax)
        diagnostics_.emit(DiagnosticKind::HandlersTooLarge, stmt.span,
                          {name(approve->grant), std::to_string(kHandlerStatementsMax)});
    }
    if (auto* write = std::get_if<Write>(&stmt.node); write && write->approval) check(*write, stmt.span);
    if (auto* loop = std::get_if<ForEach>(&stmt.node)) {
      inside({loop, loop, true}, loop->body);
      return loop->otherwise ? walk(*loop->otherwise) : void();
    }
    if (auto* together = std::get_if<Together>(&stmt.node)) {
      for (Together::Branch& branch : together->branches) inside({&branch, &branch, false}, branch.body);
      return;
    }
    if (auto* repeat = std::get_if<Repeat>(&stmt.node)) {
      inside({place_.loop, repeat, place_.element}, repeat->body);
      return walk(repeat->otherwise);
    }
    const auto* run = std::get_if<Run>(&stmt.node);
    std::set<const Block*> of_events;
    visit_event_handlers(stmt, [&](EventHandler& handler) {
      of_events.insert(&handler.body);
      inside({&handler, &handler, true}, handler.body);
    });
    visit_blocks(stmt, [&](Block& block) {
      // The body of a workflow that is run was looked at where it stands.
      if (!of_events.contains(&block) && !(run && &block == &run->body)) walk(block);
    });
  }

  void inside(Place place, Block& block) {
    const Place outside = std::exchange(place_, place);
    walk(block);
    place_ = outside;
  }

  void check(const Write& write, Span span) {
    skips_an_element(write, span);
    const Place asked = place_of_[write.approval];
    if (asked.loop == place_.loop && asked.rounds == place_.rounds) return;
    const bool same_loop = asked.loop == place_.loop;
    const auto& leaving = leaving_of(*write.approval, same_loop ? kAgain : kAgain | kSkip | kYield);
    if (!leaving) return;
    diagnostics_.emit(DiagnosticKind::HandlerElsewhere, span, {name(write.grant), leaving->word})
        .label(leaving->span, "said here, for the loop or `repeat` around the approval")
        .note(
            "until it is written a grant can expire or change, so its approval's handlers stand here too: "
            "ask "
            "for the approval in the loop or branch that writes, or let the handler `fail`");
  }

  void skips_an_element(const Write& write, Span span) {
    if (place_.element) return;
    for (const Handler& handler : write.approval->handlers) {
      const auto skips = handler.cause == Cause::Refused ? leaving(handler, kSkip) : std::nullopt;
      if (!skips) continue;
      diagnostics_.emit(DiagnosticKind::SkipOutsideLoop, span)
          .label(skips->span, "said here, for when this write is refused")
          .note("`then continue` goes on without it");
      return;
    }
  }

  const std::string& name(LocalId id) const { return workflow_.locals[id.index].name; }

  // ---------------------------------------------------------------- what the handlers do

  const std::optional<Leaving>& leaving_of(const Approve& approve, int ways) {
    const auto [known, fresh] = leaving_.try_emplace({&approve, ways});
    if (!fresh) return known->second;
    std::optional<Leaving> found;
    for (const Handler& handler : approve.handlers) {
      if (handler.cause == Cause::Countered) continue;  // before anything is granted
      const int its = handler.cause == Cause::Refused ? ways & ~kSkip : ways;
      if (!found) found = leaving(handler, its);
    }
    return leaving_[{&approve, ways}] = std::move(found);
  }

  std::optional<Leaving> leaving(const Handler& handler, int ways) {
    if (handler.next == Next::Again && (ways & kAgain)) return Leaving{handler.span, "then again"};
    if (handler.next == Next::Skip && (ways & kSkip)) return Leaving{handler.span, "then skip"};
    return handler.body ? leaving(*handler.body, ways) : std::nullopt;
  }

  // Loops and branches inside keep their elements to themselves.
  std::optional<Leaving> leaving(Block& block, int ways) {
    for (Stmt& stmt : block.statements) {
      if (auto found = leaving(stmt, ways)) return found;
    }
    return std::nullopt;
  }

  std::optional<Leaving> leaving(Stmt& stmt, int ways) {
    if (std::holds_alternative<Again>(stmt.node) && (ways & kAgain)) return Leaving{stmt.span, "again"};
    if (std::holds_alternative<Skip>(stmt.node) && (ways & kSkip)) return Leaving{stmt.span, "skip"};
    if (std::holds_alternative<Yield>(stmt.node) && (ways & kYield)) return Leaving{stmt.span, "yield"};
    if (const auto* wait = std::get_if<WaitUntil>(&stmt.node);
        wait && wait->if_late == ast::WaitUntilStmt::IfLate::Skip && (ways & kSkip))
      return Leaving{stmt.span, "if late skip"};
    if (const auto* write = std::get_if<Write>(&stmt.node); write && write->approval) {
      if (const auto& found = leaving_of(*write->approval, ways)) return found;
    }
    if (std::holds_alternative<ForEach>(stmt.node) || std::holds_alternative<Together>(stmt.node))
      return std::nullopt;
    std::optional<Leaving> found;
    visit_handlers(stmt, [&](Handler& handler) {
      if (!found) found = leaving(handler, ways);
    });
    visit_event_handlers(stmt, [&](EventHandler& handler) {
      if (!found && handler.next == Next::Skip && (ways & kSkip)) found = Leaving{handler.span, "then skip"};
    });
    const auto* run = std::get_if<Run>(&stmt.node);
    visit_blocks(stmt, [&](Block& inner) {
      if (!found && !(run && &inner == &run->body)) found = leaving(inner, ways);
    });
    return found;
  }

  // How many statements its handlers put at a write. Handlers that write bring what they write with them.
  uint64_t statements_of(const Approve& approve) {
    const auto [known, fresh] = statements_.try_emplace(&approve);
    if (!fresh) return known->second;
    uint64_t count = 0;
    std::set<const Block*> seen;
    for (const Handler& handler : approve.handlers) {
      if (handler.cause == Cause::Countered || !handler.body || !seen.insert(handler.body.get()).second)
        continue;
      visit_statements(*handler.body, [&](Stmt& stmt) {
        const auto* write = std::get_if<Write>(&stmt.node);
        count += 1 + (write && write->approval ? statements_of(*write->approval) : 0);
        count = std::min(count, kHandlerStatementsMax + 1);
      });
    }
    return statements_[&approve] = count;
  }

  Workflow& workflow_;
  Diagnostics& diagnostics_;
  Place place_;
  std::map<const Approve*, Place> place_of_;
  std::map<std::pair<const Approve*, int>, std::optional<Leaving>> leaving_;  // by ways
  std::map<const Approve*, uint64_t> statements_;
};

}  // namespace

void check_approvals(Program& program, Diagnostics& diagnostics) {
  for (Workflow& workflow : program.workflows) ApprovalPass(workflow, diagnostics).run();
}

}  // namespace endcap::sema
