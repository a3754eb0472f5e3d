// Lowering of a sweep over combinations: its elements are those of a parallel loop, and its guard is a
// machine of its own, which is given a stretch of the last list and says which of it match.
#include "compiler/ir/lowering.h"

namespace endcap::ir {

using abi::Builtin;
using abi::MachineKind;
using abi::WaitKind;

void FlowLowering::sweep(const sema::Stmt& stmt, const sema::ForEach& each) {
  std::vector<RegisterId> operands{expression(*each.list)};
  std::vector<LocalId> variables{each.variable};
  for (const auto& inner : each.inner) {
    operands.push_back(expression(*inner.list));
    variables.push_back(inner.variable);
  }
  const std::string path = prefix_ + stmt.path;
  std::set<LocalId> free = FreeLocals().of(each.body).result();
  for (LocalId id : variables) free.erase(id);
  Child element = child(MachineKind::Element, path, free, [&](FlowLowering& inner) {
    for (LocalId id : variables) inner.parameter(id);
    inner.prefix_ = prefix_;
    inner.block(each.body);
  });
  Child guard = sweep_guard(path, each);
  const auto give = [&](const Child& made, const std::string& name) {
    const abi::Branch branch{made.machine, name, static_cast<uint32_t>(operands.size()),
                             static_cast<uint32_t>(made.captured.size())};
    operands.insert(operands.end(), made.captured.begin(), made.captured.end());
    return branch;
  };
  std::vector<abi::Branch> branches{give(element, path)};
  branches.push_back(give(guard, path + " where"));
  uint32_t state = add_wait(stmt, WaitKind::Sweep);
  wait(state).branches = std::move(branches);
  for (LocalId id : variables) wait(state).elements.push_back(local(id).type);
  call_loop(state, each, std::move(operands));
}

// Over the last list from one index to another, for one element of each of the others.
FlowLowering::Child FlowLowering::sweep_guard(const std::string& path, const sema::ForEach& each) {
  const LocalId last = each.inner.back().variable;
  std::set<LocalId> free = FreeLocals().of(*each.where).result();
  free.erase(each.variable);
  for (const auto& inner : each.inner) free.erase(inner.variable);
  return child(MachineKind::Element, path + " where", free, [&](FlowLowering& inner) {
    GraphBuilder& b = inner.builder_;
    const abi::TypeId integer = program_.types.integer, list_type = each.inner.back().list->type;
    inner.parameter(each.variable);
    for (size_t i = 0; i + 1 < each.inner.size(); ++i) inner.parameter(each.inner[i].variable);
    const RegisterId list = b.add_parameter(list_type, "", local(last).trust);
    const RegisterId index = b.add_parameter(integer), end = b.add_parameter(integer);
    const RegisterId matches = b.make_register(program_.types.list_of_integer, "", each.where->trust);
    b.set_constant(matches, 0);
    const RegisterId element = inner.define(last);
    const BlockId head = b.make_block(), inside = b.make_block(), keep = b.make_block(),
                  next = b.make_block(), exit = b.make_block();
    b.jump(head);
    b.at(head);
    b.branch(b.compare(Predicate::Less, index, end), inside, exit);
    b.at(inside);
    b.call_into(element, Builtin::ListGet, {list, index}, list_type);
    b.place(program_.place(each.where->span));
    inner.branch_on(*each.where, keep, next);
    b.at(keep);
    b.call_into(matches, Builtin::ListAppend, {matches, index}, program_.types.list_of_integer);
    b.jump(next);
    b.at(next);
    b.assign(index, b.binary(Op::Add, integer, index, b.integer(1)));
    b.jump(head);
    b.at(exit);
    b.end(Yield{matches});
  });
}

}  // namespace endcap::ir
