// Lowering of expressions to straight code, and to branches where an operand may not be evaluated.
#include "compiler/ir/lowering.h"
#include "runtime/value/check.h"

namespace endcap::ir {

using abi::Builtin;
using abi::Kind;
using sema::Operator;

namespace {

const sema::Operation* operation_of(const sema::Expr& expression, Operator op) {
  const auto* operation = std::get_if<sema::Operation>(&expression.node);
  return operation && operation->op == op ? operation : nullptr;
}

}  // namespace

uint8_t FlowLowering::scale(abi::TypeId type) const {
  const abi::Type& t = program_.out.abi.types[type];
  return static_cast<uint8_t>(t.kind == Kind::Percent ? t.scale + 2 : t.scale);
}

RegisterId FlowLowering::text(std::string_view text, abi::TypeId type) {
  return builder_.call(Builtin::TextLiteral, type, {}, program_.intern(text));
}

void FlowLowering::stand_at(const sema::Expr& e) {
  if (e.span.valid()) builder_.place(program_.place(e.span));
  builder_.trust(e);
}

RegisterId FlowLowering::expression(const sema::Expr& e) {
  auto operands = [&](const std::vector<sema::ExprPtr>& list) {
    std::vector<RegisterId> registers = expressions(list);
    stand_at(e);
    return registers;
  };
  stand_at(e);
  if (auto* literal = std::get_if<sema::Literal>(&e.node))
    return builder_.constant(e.type, literal->cell.bits);
  if (auto* literal = std::get_if<sema::TextLiteral>(&e.node)) return text(literal->text, e.type);
  if (auto* ratio = std::get_if<sema::RatioLiteral>(&e.node)) {
    RegisterId numerator = builder_.integer(ratio->numerator),
               denominator = builder_.integer(ratio->denominator);
    return builder_.call(Builtin::RatioMake, e.type, {numerator, denominator});
  }
  if (auto* ref = std::get_if<sema::LocalRef>(&e.node)) return get(ref->local);
  if (auto* field = std::get_if<sema::FieldOf>(&e.node)) {
    RegisterId record = expression(*field->record);
    stand_at(e);
    return builder_.field(record, e.type, field->field);
  }
  if (auto* record = std::get_if<sema::MakeRecord>(&e.node)) {
    return builder_.call(Builtin::RecordMake, e.type, operands(record->fields), record->fields.size());
  }
  if (auto* list = std::get_if<sema::MakeList>(&e.node)) {
    return builder_.call(Builtin::ListMake, e.type, operands(list->elements), list->elements.size());
  }
  if (auto* optional = std::get_if<sema::MakeOptional>(&e.node)) {
    if (!optional->value) return builder_.constant(e.type, 0);
    RegisterId value = expression(*optional->value);
    stand_at(e);
    return builder_.call(Builtin::OptionalMake, e.type, {value});
  }
  if (auto* function = std::get_if<sema::CallFunction>(&e.node)) {
    return builder_.call_graph(program_.functions[function->function.index], e.type,
                               operands(function->arguments));
  }
  auto* op = std::get_if<sema::Operation>(&e.node);
  CHECK(op);
  return operation(e, *op);
}

RegisterId FlowLowering::operation(const sema::Expr& e, const sema::Operation& o) {
  auto predicate = [&](Predicate p) {
    RegisterId a = expression(*o.operands[0]), b = expression(*o.operands[1]);
    stand_at(e);
    return compare(p, a, b, o.operands[0]->type);
  };
  switch (o.op) {
    case Operator::Equal:
      return predicate(Predicate::Equal);
    case Operator::NotEqual:
      return predicate(Predicate::NotEqual);
    case Operator::Less:
      return predicate(Predicate::Less);
    case Operator::LessEqual:
      return predicate(Predicate::LessEqual);
    case Operator::Greater:
      return predicate(Predicate::Greater);
    case Operator::GreaterEqual:
      return predicate(Predicate::GreaterEqual);
    case Operator::And:
    case Operator::Or:
      return short_circuit(e, o);
    case Operator::OrElse:
      return or_else(e, o);
    case Operator::Conditional:
      return conditional(e);
    case Operator::Bounded:
      return kind(e.type) == Kind::Optional ? bounded_optional(e, o) : arithmetic(e, o);
    case Operator::Minimum:
    case Operator::Maximum:
      return extreme(e, o);
    case Operator::Count:
    case Operator::Sum:
      return aggregate(e, o);
    case Operator::First:
      return first(e, o);
    case Operator::ListMinimum:
    case Operator::ListMaximum:
      return list_extreme(e, o);
    case Operator::Any:
    case Operator::All:
      return any_or_all(e, o);
    case Operator::Allocate:
      return allocate(e, o);
    case Operator::MakeMap:
      return make_map(e, o);
    case Operator::Lookup: {
      const RegisterId map = expression(*o.operands[0]), key = expression(*o.operands[1]);
      stand_at(e);
      return builder_.call(Builtin::MapGet, e.type, {map, key}, o.operands[0]->type);
    }
    default:
      return arithmetic(e, o);
  }
}

// Operators whose operands are all evaluated, each one instruction or call.
RegisterId FlowLowering::arithmetic(const sema::Expr& e, const sema::Operation& o) {
  std::vector<RegisterId> x = expressions(o.operands);
  stand_at(e);
  abi::TypeId first = o.operands[0]->type;
  uint64_t rounding = static_cast<uint64_t>(o.rounding);
  uint64_t percent = kind(e.type) == Kind::Percent;
  auto call = [&](Builtin builtin, uint64_t immediate = 0) {
    return builder_.call(builtin, e.type, x, immediate);
  };
  switch (o.op) {
    case Operator::Add:
    case Operator::AddDuration:
      return builder_.binary(Op::Add, e.type, x[0], x[1]);
    case Operator::Subtract:
    case Operator::SubtractDuration:
      return builder_.binary(Op::Subtract, e.type, x[0], x[1]);
    case Operator::Negate:
      return builder_.unary(Op::Negate, e.type, x[0]);
    case Operator::Multiply: {
      uint64_t from = scale(first) + uint64_t{scale(o.operands[1]->type)};
      return call(Builtin::DecimalMultiply, from << 8 | scale(e.type));
    }
    case Operator::MultiplyRatio:
      return call(Builtin::DecimalTimesRatio, scale(first) | uint64_t{scale(e.type)} << 8 | rounding << 16);
    case Operator::Divide:
      return call(Builtin::RatioMake, scale(first) | uint64_t{scale(o.operands[1]->type)} << 8);
    case Operator::RatioAdd:
      return call(Builtin::RatioAdd);
    case Operator::RatioSubtract:
      return call(Builtin::RatioSubtract);
    case Operator::RatioMultiply:
      return call(Builtin::RatioMultiply);
    case Operator::RatioDivide:
      return call(Builtin::RatioDivide);
    case Operator::ToRatio: {
      const abi::Type& type = program_.out.abi.types[first];
      return call(Builtin::RatioOfDecimal, type.scale | uint64_t{type.kind == Kind::Percent} << 8);
    }
    case Operator::Rescale:
    case Operator::Round:
      if (kind(first) == Kind::Ratio) {
        return call(Builtin::RatioRound,
                    program_.out.abi.types[e.type].scale | rounding << 8 | percent << 16);
      }
      return call(Builtin::DecimalRescale, scale(first) | uint64_t{scale(e.type)} << 8 | rounding << 16);
    case Operator::Bounded:
      return call(Builtin::BoundsCheck, e.type);
    case Operator::Not:
      return builder_.unary(Op::Not, e.type, x[0]);
    case Operator::Contains:
      return call(Builtin::ListContains, first);
    case Operator::IsPresent:
      return builder_.unary(Op::IsPresent, e.type, x[0]);
    case Operator::InstantAt:
      return call(Builtin::InstantOf);
    case Operator::AddDays:
      return call(Builtin::DateAddDays);
    case Operator::SubtractDays:
      x[1] = builder_.unary(Op::Negate, o.operands[1]->type, x[1]);
      return call(Builtin::DateAddDays);
    case Operator::DaysBetween:
      return call(Builtin::DaysBetween);
    case Operator::BusinessAfter:
      return call(Builtin::BusinessAfter, o.calendar);
    case Operator::BusinessBefore:
      return call(Builtin::BusinessBefore, o.calendar);
    case Operator::BusinessDay:
      return call(Builtin::BusinessDay, o.calendar | static_cast<uint64_t>(o.convention) << 32);
    case Operator::Concat:
      return call(Builtin::TextConcat);
    default:
      CHECK(!"an operator that `operation` lowers");
      return x[0];
  }
}

RegisterId FlowLowering::compare(Predicate predicate, RegisterId a, RegisterId b, abi::TypeId type) {
  auto by_order = [&](Builtin builtin) {
    RegisterId order = builder_.call(builtin, program_.types.integer, {a, b});
    return builder_.compare(predicate, order, builder_.integer(0));
  };
  switch (kind(type)) {
    case Kind::Ratio:
      return by_order(Builtin::RatioCompare);
    case Kind::Text:
    case Kind::Zone:
      return by_order(Builtin::TextCompare);
    case Kind::Record:
    case Kind::List:
    case Kind::Optional:
    case Kind::Proposal: {
      CHECK(predicate == Predicate::Equal || predicate == Predicate::NotEqual);
      RegisterId equal = builder_.call(Builtin::ValueEquals, program_.types.boolean, {a, b}, type);
      return predicate == Predicate::Equal ? equal : builder_.unary(Op::Not, program_.types.boolean, equal);
    }
    default:
      return builder_.compare(predicate, a, b);
  }
}

RegisterId FlowLowering::short_circuit(const sema::Expr& e, const sema::Operation& o) {
  RegisterId result = builder_.make_register(e.type, "", e);
  BlockId right = builder_.make_block(), join = builder_.make_block();
  RegisterId left = expression(*o.operands[0]);
  builder_.assign(result, left);
  bool both = o.op == Operator::And;
  builder_.branch(left, both ? right : join, both ? join : right);
  builder_.at(right);
  builder_.assign(result, expression(*o.operands[1]));
  builder_.jump(join);
  builder_.at(join);
  return result;
}

// All choices of a chain meet in one block: what comes of a table with a thousand rows is not handed on a
// thousand times.
RegisterId FlowLowering::conditional(const sema::Expr& e) {
  RegisterId result = builder_.make_register(e.type, "", e);
  BlockId join = builder_.make_block();
  const sema::Expr* rest = &e;
  while (const sema::Operation* choice = operation_of(*rest, Operator::Conditional)) {
    BlockId then = builder_.make_block(), otherwise = builder_.make_block();
    branch_on(*choice->operands[0], then, otherwise);
    builder_.at(then);
    builder_.assign(result, expression(*choice->operands[1]));
    builder_.jump(join);
    builder_.at(otherwise);
    rest = choice->operands[2].get();
  }
  builder_.assign(result, expression(*rest));
  builder_.jump(join);
  builder_.at(join);
  return result;
}

// A condition that is only asked for needs no value: each part of it goes on to where the whole does.
void FlowLowering::branch_on(const sema::Expr& condition, BlockId yes, BlockId no) {
  if (const auto* inverted = operation_of(condition, Operator::Not))
    return branch_on(*inverted->operands[0], no, yes);
  const auto* both = operation_of(condition, Operator::And);
  const auto* either = operation_of(condition, Operator::Or);
  if (!both && !either) return builder_.branch(expression(condition), yes, no);
  BlockId right = builder_.make_block();
  branch_on(*(both ? both : either)->operands[0], both ? right : yes, both ? no : right);
  builder_.at(right);
  branch_on(*(both ? both : either)->operands[1], yes, no);
}

RegisterId FlowLowering::or_else(const sema::Expr& e, const sema::Operation& o) {
  RegisterId result = builder_.make_register(e.type, "", e);
  BlockId present = builder_.make_block(), absent = builder_.make_block(), join = builder_.make_block();
  RegisterId optional = expression(*o.operands[0]);
  builder_.branch(builder_.unary(Op::IsPresent, program_.types.boolean, optional), present, absent);
  builder_.at(present);
  builder_.call_into(result, Builtin::OptionalGet, {optional});
  builder_.jump(join);
  builder_.at(absent);
  builder_.assign(result, expression(*o.operands[1]));
  builder_.jump(join);
  builder_.at(join);
  return result;
}

// What may be absent has its bounds where it is there.
RegisterId FlowLowering::bounded_optional(const sema::Expr& e, const sema::Operation& o) {
  abi::TypeId inside = program_.out.abi.types[e.type].element;
  RegisterId result = builder_.make_register(e.type, "", e);
  BlockId present = builder_.make_block(), join = builder_.make_block();
  builder_.assign(result, expression(*o.operands[0]));
  builder_.branch(builder_.unary(Op::IsPresent, program_.types.boolean, result), present, join);
  builder_.at(present);
  stand_at(e);
  RegisterId value = builder_.call(Builtin::OptionalGet, inside, {result});
  RegisterId checked = builder_.call(Builtin::BoundsCheck, inside, {value}, inside);
  builder_.call_into(result, Builtin::OptionalMake, {checked});
  builder_.jump(join);
  builder_.at(join);
  return result;
}

RegisterId FlowLowering::extreme(const sema::Expr& e, const sema::Operation& o) {
  RegisterId result = builder_.make_register(e.type, "", e);
  RegisterId a = expression(*o.operands[0]), b = expression(*o.operands[1]);
  BlockId other = builder_.make_block(), join = builder_.make_block();
  stand_at(e);
  builder_.assign(result, a);
  builder_.branch(
      compare(o.op == Operator::Minimum ? Predicate::LessEqual : Predicate::GreaterEqual, a, b, e.type), join,
      other);
  builder_.at(other);
  builder_.assign(result, b);
  builder_.jump(join);
  builder_.at(join);
  return result;
}

}  // namespace endcap::ir
