// Lowering of what runs beside the machine: elements, branches and handlers are machines of their own that
// are given copies of what they use.
#include "compiler/ir/lowering.h"

namespace endcap::ir {

using abi::MachineKind;
using abi::WaitKind;

FlowLowering::Child FlowLowering::child(MachineKind kind, const std::string& path,
                                        const std::set<LocalId>& free,
                                        const std::function<void(FlowLowering&)>& body,
                                        const Author* author) {
  Child result;
  result.machine = program_.reserve_machine();
  std::vector<LocalId> captures;
  for (LocalId id : free) {
    auto found = registers_.find(id);
    if (found == registers_.end()) continue;  // the element or event: defined by the child
    captures.push_back(id);
    result.captured.push_back(found->second);
  }
  FlowLowering lowering(program_, *workflow_, author ? *author : author_, kind,
                        last_part(workflow_->name) + "/" + path);
  lowering.parameters(captures);
  body(lowering);
  lowering.end_of_body();
  lowering.finish_machine(result.machine);
  return result;
}

void FlowLowering::lower(const sema::Stmt& stmt, const sema::ForEach& each) {
  if (!each.inner.empty()) return sweep(stmt, each);
  each.parallel == 0 ? for_each_in_sequence(each) : for_each_in_parallel(stmt, each);
}

void FlowLowering::for_each_in_sequence(const sema::ForEach& each) {
  RegisterId list = expression(*each.list);
  RegisterId collected;
  if (each.collect.valid()) {
    collected = define(each.collect);
    builder_.set_constant(collected, 0);
  }
  loop(list, define(each.variable), local(each.variable).name, [&](const Loop& places) {
    if (each.where) {
      BlockId keep = builder_.make_block();
      branch_on(*each.where, keep, places.next);
      builder_.at(keep);
    }
    loops_.push_back({places.next, collected});
    block(each.body);
    loops_.pop_back();
  });
}

void FlowLowering::for_each_in_parallel(const sema::Stmt& stmt, const sema::ForEach& each) {
  RegisterId list = filter(expression(*each.list), each.variable, each.where.get());
  std::string path = prefix_ + stmt.path;
  std::set<LocalId> free = FreeLocals().of(each.body).result();
  free.erase(each.variable);
  Child element = child(MachineKind::Element, path, free, [&](FlowLowering& inner) {
    inner.parameter(each.variable);
    inner.prefix_ = prefix_;
    inner.block(each.body);
  });
  std::vector<RegisterId> operands{list};
  operands.insert(operands.end(), element.captured.begin(), element.captured.end());
  uint32_t state = add_wait(stmt, WaitKind::ForEach);
  wait(state).branches = {{element.machine, path, 1, static_cast<uint32_t>(element.captured.size())}};
  wait(state).element = local(each.variable).type;
  call_loop(state, each, std::move(operands));
}

void FlowLowering::parameter(LocalId id) {
  registers_[id] = builder_.add_parameter(local(id).type, local(id).name, local(id));
}

void FlowLowering::call_loop(uint32_t state, const sema::ForEach& each, std::vector<RegisterId> operands) {
  wait(state).parallel = each.parallel;
  wait(state).collects = each.collect.valid();
  if (each.collect.valid()) wait(state).input = local(each.collect).type;
  wait(state).tolerate = each.tolerate;
  call(state, std::move(operands), each.collect, {}, each.otherwise ? &*each.otherwise : nullptr);
}

void FlowLowering::lower(const sema::Stmt& stmt, const sema::Together& together) {
  std::vector<RegisterId> operands;
  std::vector<abi::Branch> branches;
  for (const auto& branch : together.branches) {
    Child made = child(MachineKind::Branch, prefix_ + stmt.path + "." + branch.name,
                       FreeLocals().of(branch.body).result(), [&](FlowLowering& inner) {
                         inner.prefix_ = prefix_;
                         inner.block(branch.body);
                       });
    branches.push_back({made.machine, branch.name, static_cast<uint32_t>(operands.size()),
                        static_cast<uint32_t>(made.captured.size())});
    operands.insert(operands.end(), made.captured.begin(), made.captured.end());
  }
  uint32_t state = add_wait(stmt, WaitKind::Together);
  wait(state).branches = std::move(branches);
  call(state, std::move(operands), LocalId(), {});
}

// Says when the step around is due, and goes on at once. Whatever leaves the step comes to a wait that does
// not name it.
void FlowLowering::lower(const sema::Stmt& stmt, const sema::Due& due) {
  std::vector<RegisterId> operands{expression(*due.moment)};
  std::vector<abi::Branch> handler;
  const std::string path = prefix_ + stmt.path;
  if (due.late) {
    Child made =
        child(MachineKind::Branch, path, FreeLocals().of(*due.late).result(), [&](FlowLowering& inner) {
          inner.prefix_ = prefix_;
          inner.mark(Mark::Kind::Deadline, "on late", due.late->span);
          inner.block(*due.late);
        });
    handler = {{made.machine, path, 1, static_cast<uint32_t>(made.captured.size())}};
    operands.insert(operands.end(), made.captured.begin(), made.captured.end());
  }
  dues_.push_back(path);
  uint32_t state = add_wait(stmt, WaitKind::Due);
  wait(state).branches = std::move(handler);
  call(state, std::move(operands), LocalId(), {});
}

void FlowLowering::lower(const sema::Stmt& stmt, const sema::Throughout& throughout) {
  if (throughout.handlers.empty()) return;  // its fallbacks stand at the calls
  std::vector<RegisterId> operands;
  std::vector<abi::Subscription> events;
  for (const sema::EventHandler& handler : throughout.handlers) {
    const abi::Event& event = program_.out.abi.events[handler.pattern.event];
    abi::Subscription subscription;
    auto body = [&](FlowLowering& inner) {
      RegisterId record = inner.builder_.add_parameter(event.record, "event");
      inner.prefix_ = prefix_;
      inner.mark(Mark::Kind::Branch, "on event " + event.name, handler.span);
      inner.bind(handler.pattern, record);
      inner.block(handler.body);
      inner.end_of_body();
      if (handler.pattern.guard) subscription.guard_state = inner.guard(handler.pattern);
    };
    Child made = child(MachineKind::Handler, prefix_ + stmt.path + "." + event.name,
                       FreeLocals().of(handler).result(), body);
    subscription.event = handler.pattern.event;
    subscription.machine = made.machine;
    subscription.first_capture = static_cast<uint32_t>(operands.size());
    subscription.capture_count = static_cast<uint32_t>(made.captured.size());
    operands.insert(operands.end(), made.captured.begin(), made.captured.end());
    events.push_back(subscription);
  }
  for (size_t i = 0; i < events.size(); ++i) key(throughout.handlers[i].pattern, events[i], operands);
  uint32_t state = add_wait(stmt, WaitKind::Throughout);
  wait(state).events = std::move(events);
  call(state, std::move(operands), LocalId(), {});
}

}  // namespace endcap::ir
