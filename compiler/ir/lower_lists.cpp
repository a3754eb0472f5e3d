// Lowering of loops over lists: aggregates, filters, and the loop that statements share.
#include <algorithm>

#include "compiler/ir/lowering.h"
#include "runtime/value/check.h"

namespace endcap::ir {

using abi::Builtin;
using abi::Kind;
using sema::Operator;

void FlowLowering::loop(RegisterId list, RegisterId element, const std::string& name,
                        const std::function<void(const Loop&)>& body) {
  abi::TypeId integer = program_.types.integer;
  RegisterId index = builder_.make_register(integer, name.empty() ? "" : name + " index",
                                            graph_.registers[list.index].trust);
  builder_.set_constant(index, 0);
  BlockId head = builder_.make_block(), inside = builder_.make_block();
  Loop places{builder_.make_block(), builder_.make_block()};
  builder_.jump(head);
  builder_.at(head);
  RegisterId count = builder_.call(Builtin::ListCount, integer, {list});
  builder_.branch(builder_.compare(Predicate::Less, index, count), inside, places.exit);
  builder_.at(inside);
  builder_.call_into(element, Builtin::ListGet, {list, index}, graph_.registers[list.index].type);
  body(places);
  if (builder_.open()) builder_.jump(places.next);
  builder_.at(places.next);
  graph_.blocks[places.next.index].behind = places.exit;
  builder_.assign(index, builder_.binary(Op::Add, integer, index, builder_.integer(1)));
  builder_.jump(head);
  builder_.at(places.exit);
}

RegisterId FlowLowering::filter(RegisterId list, LocalId variable, const sema::Expr* where) {
  if (!where) return list;
  RegisterId kept =
      builder_.make_register(graph_.registers[list.index].type, "", graph_.registers[list.index]);
  builder_.set_constant(kept, 0);
  RegisterId element = define(variable);
  loop(list, element, "", [&](const Loop& places) {
    BlockId keep = builder_.make_block();
    branch_on(*where, keep, places.next);
    builder_.at(keep);
    builder_.call_into(kept, Builtin::ListAppend, {kept, element});
  });
  return kept;
}

void FlowLowering::each(const sema::Expr& list, LocalId variable,
                        const std::function<void(const Loop&)>& body) {
  const auto* filter = std::get_if<sema::Operation>(&list.node);
  if (filter && filter->op != Operator::Filter) filter = nullptr;
  RegisterId whole = expression(filter ? *filter->operands[0] : list);
  RegisterId element = define(filter ? filter->variable : variable);
  loop(whole, element, "", [&](const Loop& places) {
    if (!filter) return body(places);
    BlockId keep = builder_.make_block();
    branch_on(*filter->operands[1], keep, places.next);
    builder_.at(keep);
    if (variable.valid()) builder_.assign(define(variable), element);
    body(places);
  });
}

RegisterId FlowLowering::aggregate(const sema::Expr& e, const sema::Operation& o) {
  const sema::Expr& list = *o.operands[0];
  const auto* made = std::get_if<sema::Operation>(&list.node);
  const bool counts = o.op == Operator::Count;
  if (counts && !(made && made->op == Operator::Filter)) {
    RegisterId whole = expression(list);
    stand_at(e);
    return builder_.call(Builtin::ListCount, e.type, {whole});
  }
  RegisterId sum = builder_.make_register(e.type, "", e);
  builder_.set_constant(sum, 0);
  each(list, o.variable, [&](const Loop&) {
    RegisterId value = counts ? builder_.integer(1) : expression(*o.operands[1]);
    builder_.assign(sum, builder_.binary(Op::Add, e.type, sum, value));
  });
  return sum;
}

// Absent when there is none.
RegisterId FlowLowering::first(const sema::Expr& e, const sema::Operation& o) {
  RegisterId result = builder_.make_register(e.type, "", e);
  builder_.set_constant(result, 0);
  each(*o.operands[0], o.variable, [&](const Loop& places) {
    RegisterId value = expression(*o.operands[1]);
    builder_.call_into(result, Builtin::OptionalMake, {value});
    builder_.jump(places.exit);
  });
  return result;
}

RegisterId FlowLowering::any_or_all(const sema::Expr& e, const sema::Operation& o) {
  RegisterId result = builder_.make_register(e.type, "", e);
  bool any = o.op == Operator::Any;
  builder_.set_constant(result, any ? 0 : 1);
  each(*o.operands[0], o.variable, [&](const Loop& places) {
    BlockId decided = builder_.make_block();
    RegisterId holds = expression(*o.operands[1]);
    builder_.branch(holds, any ? decided : places.next, any ? places.next : decided);
    builder_.at(decided);
    builder_.set_constant(result, any ? 1 : 0);
    builder_.jump(places.exit);
  });
  return result;
}

// Of an empty list: absent where the type is optional, else a fault.
RegisterId FlowLowering::list_extreme(const sema::Expr& e, const sema::Operation& o) {
  bool optional = kind(e.type) == Kind::Optional;
  abi::TypeId value_type = optional ? program_.out.abi.types[e.type].element : e.type;
  RegisterId best = builder_.make_register(value_type, "", e.trust);
  RegisterId found = builder_.make_register(program_.types.boolean, "", e.trust);
  builder_.set_constant(best, 0);
  builder_.set_constant(found, 0);
  each(*o.operands[0], o.variable, [&](const Loop& places) {
    RegisterId value = expression(*o.operands[1]);
    BlockId later = builder_.make_block(), better = builder_.make_block();
    builder_.branch(found, later, better);
    builder_.at(later);
    Predicate predicate = o.op == Operator::ListMinimum ? Predicate::Less : Predicate::Greater;
    builder_.branch(compare(predicate, value, best, value_type), better, places.next);
    builder_.at(better);
    builder_.assign(best, value);
    builder_.set_constant(found, 1);
  });
  BlockId some = builder_.make_block(), none = builder_.make_block(), join = builder_.make_block();
  RegisterId result = optional ? builder_.make_register(e.type, "", e) : best;
  builder_.branch(found, some, none);
  builder_.at(none);
  if (optional) {
    builder_.set_constant(result, 0);
    builder_.jump(join);
  } else {
    builder_.end(FaultOut{FaultKind::OutOfRange});
  }
  builder_.at(some);
  if (optional) builder_.call_into(result, Builtin::OptionalMake, {best});
  builder_.jump(join);
  builder_.at(join);
  return result;
}

abi::TypeId FlowLowering::list_of(abi::TypeId element) const {
  const abi::Types& types = program_.out.abi.types;
  const auto found = std::ranges::find_if(
      types, [&](const abi::Type& type) { return type.kind == Kind::List && type.element == element; });
  CHECK(found != types.end());
  return static_cast<abi::TypeId>(found - types.begin());
}

RegisterId FlowLowering::make_map(const sema::Expr& e, const sema::Operation& o) {
  const abi::TypeId entry = program_.out.abi.types[e.type].element;
  RegisterId entries = builder_.make_register(e.type, "", e);
  builder_.set_constant(entries, 0);
  each(*o.operands[0], o.variable, [&](const Loop&) {
    const RegisterId key = expression(*o.operands[1]), value = expression(*o.operands[2]);
    const RegisterId pair = builder_.call(Builtin::RecordMake, entry, {key, value}, 2);
    builder_.call_into(entries, Builtin::ListAppend, {entries, pair});
  });
  stand_at(e);
  return builder_.call(Builtin::MapMake, e.type, {entries}, e.type);
}

// The weights are gathered first, then shared by at once, then each share is put beside its element.
RegisterId FlowLowering::allocate(const sema::Expr& e, const sema::Operation& o) {
  const abi::TypeId record = program_.out.abi.types[e.type].element;
  const abi::TypeId amount_type = program_.out.abi.types[record].fields[1].type;
  const abi::TypeId weights_type = list_of(o.operands[2]->type), integer = program_.types.integer;
  RegisterId list = expression(*o.operands[0]), amount = expression(*o.operands[1]);
  RegisterId weights = builder_.make_register(weights_type, "", e.trust);
  builder_.set_constant(weights, 0);
  loop(list, define(o.variable), "", [&](const Loop&) {
    RegisterId weight = expression(*o.operands[2]);
    builder_.call_into(weights, Builtin::ListAppend, {weights, weight});
  });
  stand_at(e);
  RegisterId shares = builder_.call(Builtin::Allocate, list_of(amount_type), {amount, weights}, weights_type);
  RegisterId result = builder_.make_register(e.type, "", e);
  RegisterId index = builder_.make_register(integer, "", e.trust);
  builder_.set_constant(result, 0);
  builder_.set_constant(index, 0);
  RegisterId element = define(o.variable);
  loop(list, element, "", [&](const Loop&) {
    RegisterId share =
        builder_.call(Builtin::ListGet, amount_type, {shares, index}, graph_.registers[shares.index].type);
    RegisterId pair = builder_.call(Builtin::RecordMake, record, {element, share}, 2);
    builder_.call_into(result, Builtin::ListAppend, {result, pair});
    builder_.assign(index, builder_.binary(Op::Add, integer, index, builder_.integer(1)));
  });
  return result;
}

}  // namespace endcap::ir
