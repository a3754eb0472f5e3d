// Makes one graph, instruction by instruction.
#include "compiler/ir/builder.h"

#include "runtime/value/check.h"

namespace endcap::ir {

KnownTypes known_types(const abi::Types& types) {
  KnownTypes known;
  auto find = [&](abi::Kind kind) {
    for (abi::TypeId id = 0; id < types.size(); ++id) {
      if (types[id].kind == kind && types[id].name.empty() && types[id].max_length == 0) return id;
    }
    CHECK(!"a type that every program has is missing");
    return abi::kNoType;
  };
  known.boolean = find(abi::Kind::Bool);
  known.integer = find(abi::Kind::Int);
  known.text = find(abi::Kind::Text);
  known.instant = find(abi::Kind::Instant);
  for (abi::TypeId id = 0; id < types.size(); ++id) {
    if (types[id].kind == abi::Kind::List && types[id].element == known.integer) known.list_of_integer = id;
  }
  CHECK(known.list_of_integer != abi::kNoType);
  return known;
}

RegisterId GraphBuilder::make_register(abi::TypeId type, std::string name, RegisterLabel label) {
  graph_.registers.push_back({std::move(name), type, label.trust, std::move(label.advised)});
  return RegisterId(graph_.registers.size() - 1);
}

RegisterId GraphBuilder::add_parameter(abi::TypeId type, std::string name, RegisterLabel label) {
  RegisterId id = make_register(type, std::move(name), std::move(label));
  graph_.parameters.push_back(id);
  return id;
}

BlockId GraphBuilder::make_block() {
  graph_.blocks.emplace_back();
  return BlockId(graph_.blocks.size() - 1);
}

void GraphBuilder::at(BlockId block) {
  current_ = block;
  open_ = true;
  graph_.blocks[block.index].place = place_;
}

void GraphBuilder::end(Terminator terminator) {
  CHECK(open_);
  graph_.blocks[current_.index].terminator = std::move(terminator);
  open_ = false;
}

Instruction& GraphBuilder::emit(Op op, RegisterId result) {
  CHECK(open_);
  auto& instructions = graph_.blocks[current_.index].instructions;
  Instruction& instruction = instructions.emplace_back(Instruction{.op = op, .result = result});
  instruction.place = place_;
  return instruction;
}

RegisterId GraphBuilder::constant(abi::TypeId type, Int128 bits) {
  RegisterId result = temporary(type);
  set_constant(result, bits);
  return result;
}

void GraphBuilder::set_constant(RegisterId target, Int128 bits) {
  emit(Op::Constant, target).constant.bits = bits;
}

RegisterId GraphBuilder::move(RegisterId from) {
  RegisterId result = temporary(graph_.registers[from.index].type);
  assign(result, from);
  return result;
}

void GraphBuilder::assign(RegisterId target, RegisterId from) { emit(Op::Move, target).a = from; }

RegisterId GraphBuilder::binary(Op op, abi::TypeId type, RegisterId a, RegisterId b) {
  RegisterId result = temporary(type);
  Instruction& instruction = emit(op, result);
  instruction.a = a;
  instruction.b = b;
  return result;
}

RegisterId GraphBuilder::unary(Op op, abi::TypeId type, RegisterId a) {
  RegisterId result = temporary(type);
  emit(op, result).a = a;
  return result;
}

RegisterId GraphBuilder::compare(Predicate predicate, RegisterId a, RegisterId b) {
  RegisterId result = binary(Op::Compare, types_.boolean, a, b);
  graph_.blocks[current_.index].instructions.back().predicate = predicate;
  return result;
}

RegisterId GraphBuilder::field(RegisterId record, abi::TypeId type, uint32_t index) {
  RegisterId result = temporary(type);
  Instruction& instruction = emit(Op::LoadField, result);
  instruction.a = record;
  instruction.index = index;
  return result;
}

RegisterId GraphBuilder::load(Op op, abi::TypeId type) {
  RegisterId result = temporary(type);
  emit(op, result);
  return result;
}

RegisterId GraphBuilder::call(abi::Builtin builtin, abi::TypeId type, std::vector<RegisterId> arguments,
                              uint64_t immediate) {
  RegisterId result = temporary(type);
  call_into(result, builtin, std::move(arguments), immediate);
  return result;
}

void GraphBuilder::call_into(RegisterId target, abi::Builtin builtin, std::vector<RegisterId> arguments,
                             uint64_t immediate) {
  // A list that crossed a wait may stand in the side table: appending to it needs its type.
  if (builtin == abi::Builtin::ListAppend) immediate = graph_.registers[target.index].type;
  Instruction& instruction = emit(Op::Call, target);
  instruction.builtin = builtin;
  instruction.arguments = std::move(arguments);
  instruction.immediate = immediate;
}

RegisterId GraphBuilder::call_graph(GraphId graph, abi::TypeId type, std::vector<RegisterId> arguments) {
  RegisterId result = temporary(type);
  Instruction& instruction = emit(Op::CallGraph, result);
  instruction.graph = graph;
  instruction.arguments = std::move(arguments);
  return result;
}

RegisterId GraphBuilder::try_graph(GraphId graph, abi::TypeId type, std::vector<RegisterId> arguments,
                                   Int128 on_fault) {
  RegisterId result = call_graph(graph, type, std::move(arguments));
  Instruction& instruction = graph_.blocks[current_.index].instructions.back();
  instruction.op = Op::TryGraph;
  instruction.constant.bits = on_fault;
  return result;
}

uint32_t GraphBuilder::add_state() {
  graph_.states.push_back({make_block(), {}, {}});
  return static_cast<uint32_t>(graph_.states.size() - 1);
}

}  // namespace endcap::ir
