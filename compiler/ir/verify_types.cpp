// The verifier: types of operands and results, op by op.
#include "compiler/ir/uses.h"
#include "compiler/ir/verifier.h"

namespace endcap::ir {

using abi::Builtin;
using abi::Kind;

bool compatible(const abi::Types& types, abi::TypeId a, abi::TypeId b) {
  if (a == b) return true;
  if (a >= types.size() || b >= types.size()) return false;
  const abi::Type &x = types[a], &y = types[b];
  if (x.kind != y.kind || x.scale != y.scale) return false;
  switch (x.kind) {
    case Kind::Text:
    case Kind::Zone:
      return true;
    case Kind::List:
    case Kind::Optional:
    case Kind::Proposal:
      return compatible(types, x.element, y.element);
    case Kind::Record:
      if (x.name != y.name || x.fields.size() != y.fields.size()) return false;
      for (size_t i = 0; i < x.fields.size(); ++i) {
        if (!compatible(types, x.fields[i].type, y.fields[i].type)) return false;
      }
      return true;
    default:
      return x.name == y.name;
  }
}

namespace {

class TypeCheck {
 public:
  TypeCheck(const Subject& subject, size_t block) : s_(subject), block_(block) {}

  void instruction(const Instruction& i) {
    switch (i.op) {
      case Op::Constant:
        expect(!abi::is_reference(kind(i.result)) || i.constant.bits == 0, "a constant refers to nothing");
        expect(kind(i.result) != Kind::Record || s_.types()[s_.type(i.result)].fields.empty(),
               "a record is made of its fields");
        return;
      case Op::Move:
        same(i.result, i.a, "a move");
        return;
      case Op::Add:
      case Op::Subtract:
        sum(i);
        return;
      case Op::Negate:
        same(i.result, i.a, "a negation");
        expect(is_number(kind(i.a)), "a negation takes a number");
        return;
      case Op::Compare:
        expect(!abi::is_reference(kind(i.a)) && compatible(s_.types(), s_.type(i.a), s_.type(i.b)),
               "a comparison takes two scalars of one type");
        is(i.result, Kind::Bool);
        return;
      case Op::Not:
        is(i.result, Kind::Bool), is(i.a, Kind::Bool);
        return;
      case Op::And:
      case Op::Or:
        is(i.result, Kind::Bool), is(i.a, Kind::Bool), is(i.b, Kind::Bool);
        return;
      case Op::LoadField:
        field(i);
        return;
      case Op::LoadFrame:
        return;  // its register is the slot's: verify_shape
      case Op::LoadInput:
        expect(kind(i.result) != Kind::Ratio, "an input is never a ratio");
        return;
      case Op::LoadDetail:
        is(i.result, Kind::Int);
        return;
      case Op::LoadNow:
        is(i.result, Kind::Instant);
        return;
      case Op::Call:
        call(i);
        return;
      case Op::CallGraph:
      case Op::TryGraph:
        graph(i);
        return;
      case Op::IsPresent:
        is(i.result, Kind::Bool), is(i.a, Kind::Optional);
        return;
    }
  }

  void terminator(const Terminator& t) {
    if (auto* branch = std::get_if<Branch>(&t)) is(branch->condition, Kind::Bool);
    if (auto* choice = std::get_if<SwitchInt>(&t)) {
      expect(kind(choice->value) == Kind::Int || kind(choice->value) == Kind::Enum,
             "switches by a number or enum");
    }
    if (auto* guard = std::get_if<GuardResult>(&t)) is(guard->value, Kind::Bool);
    if (auto* result = std::get_if<Return>(&t); result && s_.graph.pure) {
      expect(compatible(s_.types(), s_.type(result->value), s_.graph.result),
             "returns another type than it says");
    }
    if (auto* finish = std::get_if<Finish>(&t)) outcome(finish->outcome, finish->record, false);
    if (auto* fail = std::get_if<Fail>(&t)) outcome(fail->outcome, fail->record, true);
    if (auto* yield = std::get_if<Yield>(&t)) {
      expect(kind(yield->value) != Kind::Ratio, "a ratio can't be yielded");
      for (RegisterId row : yield->more) is(row, Kind::Int);
    }
  }

 private:
  Kind kind(RegisterId id) const { return s_.kind(id); }
  void expect(bool condition, const char* text) const {
    if (!condition) s_.say_at(block_, "{}", text);
  }
  void is(RegisterId id, Kind expected) const {
    if (kind(id) != expected) s_.say_at(block_, "register {} has the wrong type for its use", id.index);
  }
  void same(RegisterId a, RegisterId b, const char* what) const {
    if (!compatible(s_.types(), s_.type(a), s_.type(b))) {
      s_.say_at(block_, "{} between registers {} and {} of two types", what, b.index, a.index);
    }
  }
  static bool is_number(Kind k) {
    switch (k) {
      case Kind::Int:
      case Kind::Decimal:
      case Kind::Percent:
      case Kind::Money:
      case Kind::Quantity:
      case Kind::Duration:
        return true;
      default:
        return false;
    }
  }

  void sum(const Instruction& i) const {
    if (kind(i.a) == Kind::Instant) {
      if (kind(i.b) == Kind::Instant) {
        expect(i.op == Op::Subtract, "two instants can't be added");
        return is(i.result, Kind::Duration);
      }
      is(i.b, Kind::Duration);
      return is(i.result, Kind::Instant);
    }
    expect(is_number(kind(i.a)), "a sum takes numbers");
    same(i.a, i.b, "a sum");
    same(i.result, i.a, "a sum");
  }

  void field(const Instruction& i) const {
    const abi::Type& record = s_.types()[s_.type(i.a)];
    if (record.kind != Kind::Record || i.index >= record.fields.size()) {
      return s_.say_at(block_, "register {} has no field {}", i.a.index, i.index);
    }
    expect(compatible(s_.types(), record.fields[i.index].type, s_.type(i.result)),
           "a field has another type than its result");
  }

  void graph(const Instruction& i) const {
    const Graph& callee = s_.program.graphs[i.graph.index];
    if (!callee.pure || callee.parameters.size() != i.arguments.size()) {
      return s_.say_at(block_, "calls {} which is not pure or takes {} arguments", callee.name,
                       callee.parameters.size());
    }
    for (size_t k = 0; k < i.arguments.size(); ++k) {
      abi::TypeId parameter = callee.registers[callee.parameters[k].index].type;
      if (!compatible(s_.types(), parameter, s_.type(i.arguments[k]))) {
        s_.say_at(block_, "argument {} of {} has the wrong type", k, callee.name);
      }
    }
    expect(compatible(s_.types(), callee.result, s_.type(i.result)), "a call's result has the wrong type");
    expect(i.op != Op::TryGraph || !abi::is_reference(kind(i.result)), "what a fault gives must be a scalar");
  }

  void call(const Instruction& i) const {
    const abi::BuiltinInfo& info = abi::builtin(i.builtin);
    size_t arity = info.arity == 255 ? i.immediate & 0xffff : info.arity;
    if (i.arguments.size() != arity) {
      return s_.say_at(block_, "{} takes {} arguments, not {}", info.name, arity, i.arguments.size());
    }
    auto all = [&](Kind argument, Kind result) {
      for (RegisterId id : i.arguments) is(id, argument);
      is(i.result, result);
    };
    switch (i.builtin) {
      case Builtin::RatioMake:
      case Builtin::RatioOfDecimal:
        is(i.result, Kind::Ratio);
        return;
      case Builtin::RatioCompare:
        all(Kind::Ratio, Kind::Int);
        return;
      case Builtin::RatioAdd:
      case Builtin::RatioSubtract:
      case Builtin::RatioMultiply:
      case Builtin::RatioDivide:
        all(Kind::Ratio, Kind::Ratio);
        return;
      case Builtin::RatioRound:
        is(i.arguments[0], Kind::Ratio);
        return;
      case Builtin::DecimalTimesRatio:
        is(i.arguments[1], Kind::Ratio);
        return;
      case Builtin::BoundsCheck:
        expect(i.immediate == s_.type(i.result), "bounds are those of the result");
        return same(i.result, i.arguments[0], "a check of bounds");
      case Builtin::Allocate:
        list(i.arguments[1]);
        return element(i.result, i.arguments[0]);
      case Builtin::TextLiteral:
        expect(i.immediate < s_.program.abi.texts.size(), "a text literal that the program does not have");
        return text(i.result);
      case Builtin::TextCompare:
        is(i.result, Kind::Int);
        [[fallthrough]];
      case Builtin::TextConcat:
      case Builtin::TextCheckLength:
        for (RegisterId id : i.arguments) text(id);
        return;
      case Builtin::RecordMake:
        record(i);
        return;
      case Builtin::ListMake:
        for (RegisterId id : i.arguments) element(i.result, id);
        return;
      case Builtin::ListAppend:
        same(i.result, i.arguments[0], "an append");
        return element(i.result, i.arguments[1]);
      case Builtin::ListGet:
        is(i.arguments[1], Kind::Int);
        return element(i.arguments[0], i.result);
      case Builtin::ListCount:
        list(i.arguments[0]);
        return is(i.result, Kind::Int);
      case Builtin::ListContains:
        element(i.arguments[0], i.arguments[1]);
        return is(i.result, Kind::Bool);
      case Builtin::OptionalMake:
        return element(i.result, i.arguments[0], true);
      case Builtin::OptionalGet:
        return element(i.arguments[0], i.result, true);
      case Builtin::ValueEquals:
        same(i.arguments[0], i.arguments[1], "an equality");
        return is(i.result, Kind::Bool);
      case Builtin::KeyText:
        text(i.result);
        return;
      default:
        return;
    }
  }

  void text(RegisterId id) const {
    expect(kind(id) == Kind::Text || kind(id) == Kind::Zone, "a text is expected");
  }
  void list(RegisterId id) const {
    expect(kind(id) == Kind::List || kind(id) == Kind::Proposal, "a list is expected");
  }
  void element(RegisterId container, RegisterId value, bool optional = false) const {
    optional ? is(container, Kind::Optional) : list(container);
    expect(compatible(s_.types(), s_.types()[s_.type(container)].element, s_.type(value)),
           "an element has the wrong type");
  }
  void record(const Instruction& i) const {
    const abi::Type& type = s_.types()[s_.type(i.result)];
    if (type.kind != Kind::Record || type.fields.size() != i.arguments.size()) {
      return s_.say_at(block_, "makes a record of {} fields that has {}", i.arguments.size(),
                       type.fields.size());
    }
    for (size_t k = 0; k < i.arguments.size(); ++k) {
      if (!compatible(s_.types(), type.fields[k].type, s_.type(i.arguments[k]))) {
        s_.say_at(block_, "field {} of {} gets the wrong type", type.fields[k].name, type.name);
      }
    }
  }
  void outcome(uint32_t index, RegisterId value, bool failure) const {
    if (!s_.machine) return;
    const auto& outcomes = s_.program.abi.outcomes_of(*s_.machine);
    if (index >= outcomes.size() || outcomes[index].failure != failure) {
      return s_.say_at(block_, "ends with an outcome that the workflow does not have");
    }
    expect(compatible(s_.types(), outcomes[index].record, s_.type(value)),
           "an outcome's record has the wrong type");
  }

  const Subject& s_;
  size_t block_;
};

}  // namespace

void verify_types(const Subject& s) {
  for (size_t i = 0; i < s.graph.blocks.size(); ++i) {
    TypeCheck check(s, i);
    for (const Instruction& instruction : s.graph.blocks[i].instructions) check.instruction(instruction);
    check.terminator(s.graph.blocks[i].terminator);
  }
}

}  // namespace endcap::ir
