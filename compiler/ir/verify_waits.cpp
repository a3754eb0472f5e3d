// The verifier: what the engine is told about a wait point is what the graph does there.
#include "compiler/ir/verifier.h"

namespace endcap::ir {
namespace {

using abi::Kind;
using abi::WaitKind;
using abi::WaitPoint;

class WaitCheck {
 public:
  WaitCheck(const Subject& subject, size_t state)
      : s_(subject), state_(state), wait_(s_.machine->states[state]) {}

  void run() {
    slots(wait_.live, s_.graph.states[state_].live);
    if (state_ == 0 || is_guard(*s_.machine, state_)) return;
    for (const Block& block : s_.graph.blocks) {
      auto* park = std::get_if<Park>(&block.terminator);
      if (park && park->state == state_) operands(*park);
    }
    if (wait_.operands.size() > abi::kSlotsMax) say("has too many operands");
    kind();
    events();
    for (const abi::Branch& branch : wait_.branches) child(branch);
  }

  void slots(const std::vector<abi::Slot>& described, const std::vector<RegisterId>& live) const {
    bool same = described.size() == live.size();
    for (size_t i = 0; same && i < live.size(); ++i) {
      const Register& r = s_.graph.registers[live[i].index];
      same = described[i].name == r.name && described[i].type == r.type && described[i].trust == r.trust;
    }
    if (!same) say("describes other live slots than the graph has");
  }

 private:
  template <typename... Arguments>
  void say(fmt::format_string<Arguments...> text, Arguments&&... arguments) const {
    s_.findings.push_back(fmt::format("{}, state {} ({}): ", s_.graph.name, state_, wait_.path) +
                          fmt::format(text, std::forward<Arguments>(arguments)...));
  }

  void operands(const Park& park) const {
    if (park.operands.size() != wait_.operands.size()) {
      return say("parks with {} operands, not {}", park.operands.size(), wait_.operands.size());
    }
    for (size_t i = 0; i < park.operands.size(); ++i) {
      if (!compatible(s_.types(), s_.type(park.operands[i]), wait_.operands[i]))
        say("operand {} has the wrong type", i);
    }
  }

  bool operand_is(size_t index, Kind expected) const {
    return index < wait_.operands.size() && wait_.operands[index] < s_.types().size() &&
           s_.types()[wait_.operands[index]].kind == expected;
  }
  void limit(const std::optional<abi::TimeLimit>& limit, bool needed, const char* name) const {
    if (!limit) {
      if (needed) say("has no {}", name);
      return;
    }
    if (operand_is(limit->operand, Kind::BusinessDuration)) {
      if (!limit->calendar || *limit->calendar >= s_.program.abi.calendars.size())
        say("{} has no calendar", name);
    } else if (!operand_is(limit->operand, Kind::Duration)) {
      say("{} is no duration", name);
    }
  }

  void kind() const {
    const abi::Program& program = s_.program.abi;
    auto operand_count = [&](size_t count) {
      if (wait_.operands.size() != count) say("has {} operands, not {}", wait_.operands.size(), count);
    };
    switch (wait_.kind) {
      case WaitKind::ReadOperation:
      case WaitKind::Notify:
        if (wait_.target >= program.operations.size()) return say("calls no operation");
        operand_count(1);
        return payload(program.operations[wait_.target].payload);
      case WaitKind::ReadView:
        if (wait_.target >= program.views.size()) return say("reads no view");
        return operand_count(program.views[wait_.target].key.size());
      case WaitKind::ReadNavigation:
        if (wait_.target >= program.navigations.size()) return say("reads no navigation");
        return operand_count(program.views[program.navigations[wait_.target].from_view].key.size());
      case WaitKind::Ask:
        if (wait_.target >= program.advisors.size()) return say("asks no advisor");
        operand_count(1);
        if (wait_.input != program.advisors[wait_.target].output) say("is answered with another type");
        return payload(program.advisors[wait_.target].inputs);
      case WaitKind::Approve:
        return approval();
      case WaitKind::AskAgain:
        operand_count(4);
        if (!operand_is(0, Kind::Grant) || !operand_is(1, Kind::Text) || !operand_is(3, Kind::Int))
          say("asks for no grant");
        return;
      case WaitKind::Write:
        operand_count(2);
        if (!operand_is(0, Kind::Grant) || !operand_is(1, Kind::Text)) say("writes without a grant");
        return;
      case WaitKind::Task:
        operand_count(2 + wait_.remind.has_value() + wait_.escalations.size() + wait_.asked.has_value() +
                      wait_.prefilled.size() + scopes());
        form();
        if (wait_.role >= program.roles.size()) say("is a task of no role");
        if (wait_.asked) asked();
        reminders();
        return limit(wait_.within, true, "deadline");
      case WaitKind::Until:
        if (!operand_is(0, Kind::Instant)) say("waits for no instant");
        return;
      case WaitKind::AwaitEvent:
        if (wait_.events.size() != 1) say("awaits {} events, not one", wait_.events.size());
        return limit(wait_.within, true, "deadline");
      case WaitKind::ForEach:
        if (wait_.branches.size() != 1 || wait_.parallel == 0) say("has no element machine");
        if (wait_.operands.empty() || !operand_is(0, Kind::List)) say("goes over no list");
        return;
      case WaitKind::Sweep:
        return sweep();
      case WaitKind::Together:
        if (wait_.branches.empty()) say("has no branches");
        return;
      case WaitKind::Throughout:
        if (wait_.events.empty()) say("hears no event");
        return;
      case WaitKind::Run:
        return run();
      case WaitKind::Raise:
      case WaitKind::RaiseAndWait:
        operand_count(wait_.kind == WaitKind::Raise ? 1 : 2);
        asked();
        return limit(wait_.within, wait_.kind == WaitKind::RaiseAndWait, "deadline");
      case WaitKind::Due:
        if (!operand_is(0, Kind::Instant)) say("is due at no instant");
        if (wait_.branches.size() > 1) say("has {} handlers, not one", wait_.branches.size());
        return;
    }
  }

  void sweep() const {
    if (wait_.branches.size() != 2 || wait_.parallel == 0) say("has no element machine and guard");
    const size_t lists = wait_.elements.size();
    if (lists < 2 || lists > wait_.operands.size()) return say("sweeps over {} lists", lists);
    for (size_t i = 0; i < lists; ++i) {
      if (!operand_is(i, Kind::List) || s_.types()[wait_.operands[i]].element != wait_.elements[i])
        say("operand {} is no list of what is swept", i);
    }
  }

  void run() const {
    const abi::Program& program = s_.program.abi;
    if (wait_.target >= program.workflows.size()) return say("runs no workflow");
    if (wait_.branches.size() != 1) return say("runs {} machines, not one", wait_.branches.size());
    const uint32_t machine = wait_.branches.front().machine;
    if (machine >= program.machines.size()) return;
    if (program.machines[machine].kind != abi::MachineKind::Run) say("runs a machine that others start");
    if (program.machines[machine].run_workflow != wait_.target) say("runs another workflow than it says");
  }

  void payload(abi::TypeId expected) const {
    if (!wait_.operands.empty() && !compatible(s_.types(), wait_.operands[0], expected))
      say("has the wrong payload");
  }

  void approval() const {
    if (wait_.policy >= s_.program.abi.policies.size()) return say("asks under no policy");
    if (wait_.proposals.empty()) say("asks for no proposal");
    for (size_t i = 0; i < wait_.proposals.size(); ++i) {
      if (!operand_is(2 * i, Kind::Proposal) || !operand_is(2 * i + 1, Kind::List)) {
        say("proposal {} needs its leaves and their rows", i);
      }
      if (wait_.proposals[i].operation >= s_.program.abi.operations.size())
        say("proposal {} has no operation", i);
    }
    if (!operand_is(wait_.valid_until_operand, Kind::Instant)) say("has no end of validity");
    limit(wait_.within, true, "deadline");
    form();
    reminders();
  }

  void reminders() const {
    limit(wait_.remind, false, "reminder");
    for (const auto& escalation : wait_.escalations) {
      limit(escalation.after, true, "escalation");
      if (escalation.role >= s_.program.abi.roles.size()) say("escalates to no role");
    }
  }

  // How many operands narrow a role.
  size_t scopes() const {
    size_t count = 0;
    const auto add = [&](const std::optional<uint32_t>& operand) {
      if (!operand) return;
      ++count;
      if (!operand_is(*operand, Kind::Text) && !operand_is(*operand, Kind::Int) &&
          !operand_is(*operand, Kind::Enum))
        say("narrows a role by nothing");
    };
    add(wait_.scope);
    for (const auto& escalation : wait_.escalations) add(escalation.scope);
    return count;
  }

  void form() const {
    const abi::TypeId form = wait_.form();
    if (form != abi::kNoType && s_.types()[form].kind != Kind::Record) return say("asks for no form");
    for (const auto& each : wait_.prefilled) {
      const bool known = form != abi::kNoType && each.field < s_.types()[form].fields.size() &&
                         each.operand < wait_.operands.size();
      if (!known ||
          !compatible(s_.types(), wait_.operands[each.operand], s_.types()[form].fields[each.field].type))
        say("fills in something else than its form has");
    }
  }

  void asked() const {
    if (!wait_.asked || wait_.asked->workflow >= s_.program.abi.workflows.size())
      return say("asks for nothing");
    const abi::Workflow& workflow = s_.program.abi.workflows[wait_.asked->workflow];
    if (workflow.severity.has_value() == (wait_.kind == WaitKind::Task)) say("asks for the wrong kind");
    if (!operand_is(wait_.asked->operand, Kind::Record)) return say("tells {} nothing", workflow.name);
    const auto& fields = s_.types()[wait_.operands[wait_.asked->operand]].fields;
    bool same = fields.size() == workflow.parameters.size();
    for (size_t i = 0; same && i < fields.size(); ++i)
      same = fields[i].name == workflow.parameters[i].name && fields[i].type == workflow.parameters[i].type;
    if (!same) say("tells {} other things than it takes", workflow.name);
  }

  void events() const {
    for (size_t i = 0; i < wait_.events.size(); ++i) {
      const abi::Subscription& event = wait_.events[i];
      if (event.event >= s_.program.abi.events.size()) {
        say("hears an unknown event");
        continue;
      }
      if (event.key_field.has_value() != event.key_operand.has_value()) say("event {} has half a key", i);
      if (event.key_operand && *event.key_operand >= wait_.operands.size())
        say("event {} has no key operand", i);
      if (event.machine.has_value() != (wait_.kind == WaitKind::Throughout)) {
        say("event {} is handled in the wrong place", i);
        continue;
      }
      if (event.machine) child({*event.machine, "", event.first_capture, event.capture_count});
      if (event.guard_state) guard(event);
    }
  }

  void guard(const abi::Subscription& event) const {
    const abi::Machine& owner = event.machine ? s_.program.abi.machines[*event.machine] : *s_.machine;
    if (*event.guard_state >= owner.states.size() || !is_guard(owner, *event.guard_state))
      return say("its guard is none");
    const auto& frame = event.machine ? owner.states[0].live : wait_.live;
    const auto& seen = owner.states[*event.guard_state].live;
    bool same = frame.size() == seen.size();
    for (size_t i = 0; same && i < frame.size(); ++i) same = frame[i].type == seen[i].type;
    if (!same) say("its guard looks at another frame");
  }

  // The captures, then the element or event, are the parameters of the child.
  void child(const abi::Branch& branch) const {
    if (branch.machine >= s_.program.abi.machines.size()) return say("starts no machine");
    const auto& parameters = s_.program.abi.machines[branch.machine].parameters;
    const bool alone =
        wait_.kind == WaitKind::Together || wait_.kind == WaitKind::Run || wait_.kind == WaitKind::Due;
    const bool sweeps = wait_.kind == WaitKind::Sweep;
    const bool looks = sweeps && &branch == &wait_.branches.back();  // the guard
    const size_t extra = sweeps ? wait_.elements.size() + (looks ? 2 : 0) : alone ? 0 : 1;
    size_t given = branch.capture_count + extra;
    size_t end = size_t{branch.first_capture} + branch.capture_count;
    if (given != parameters.size() || end > wait_.operands.size())
      return say("gives a child the wrong number of values");
    for (size_t i = 0; i < branch.capture_count; ++i) {
      if (!compatible(s_.types(), wait_.operands[branch.first_capture + i], parameters[i].type)) {
        say("gives {} to a child with the wrong type", parameters[i].name);
      }
    }
    if (wait_.kind == WaitKind::ForEach && !compatible(s_.types(), wait_.element, parameters.back().type)) {
      say("gives a child the wrong element");
    }
    for (size_t i = 0; sweeps && i < extra; ++i) {
      const size_t last = wait_.elements.size() - 1;
      const bool is_list = looks && i == last;
      const abi::TypeId type = parameters[branch.capture_count + i].type;
      const bool right = i > last
                             ? s_.types()[type].kind == Kind::Int
                             : compatible(s_.types(), is_list ? wait_.operands[i] : wait_.elements[i], type);
      if (!right) say("gives a child the wrong element");
    }
  }

  const Subject& s_;
  size_t state_;
  const WaitPoint& wait_;
};

}  // namespace

void verify_waits(const Subject& s) {
  if (!s.machine) return;
  WaitCheck(s, 0).slots(s.machine->parameters, s.graph.parameters);
  if (s.graph.states[0].live != s.graph.parameters) s.say("the start's frame is not the parameters");
  for (size_t i = 0; i < s.graph.states.size(); ++i) WaitCheck(s, i).run();
}

}  // namespace endcap::ir
