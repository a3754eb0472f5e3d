// The reference semantics of Flow IR: one loop over instructions. Compiled code must give the same bytes.
#include "compiler/ir/interpreter.h"

#include "runtime/value/check.h"

namespace endcap::ir {
namespace {

using abi::Cell;

uint32_t evaluate_graph(const Program& program, GraphId id, abi::Context& context,
                        std::span<const Cell> arguments, Cell& result, Reached* reached);

// What stands behind abi::Program::code.
struct Interpreted {
  Program program;
  std::shared_ptr<Reached> reached;
};

// Runs the blocks of one graph until a terminator that leaves it.
class Run {
 public:
  Run(const Program& program, const Graph& graph, abi::Context& context, Reached* reached)
      : program_(program),
        graph_(graph),
        context_(context),
        reached_(reached),
        registers_(graph.registers.size()) {}

  Cell& at(RegisterId id) { return registers_[id.index]; }

  // The terminator that was reached, or null when an instruction faulted: then the context's fault fields say
  // what and where.
  const Terminator* blocks(BlockId start) {
    BlockId current = start;
    while (true) {
      const Block& block = graph_.blocks[current.index];
      if (reached_ != nullptr) {
        for (const uint32_t mark : block.marks) reached_->reach(mark);
      }
      for (const Instruction& instruction : block.instructions) {
        if (uint32_t code = execute(instruction)) {
          // A callee that faulted has said where.
          if (instruction.op != Op::CallGraph) fault(code, instruction.place);
          return nullptr;
        }
      }
      if (auto* out = std::get_if<FaultOut>(&block.terminator)) {
        fault(static_cast<uint32_t>(out->kind), block.place);
        return nullptr;
      }
      std::optional<BlockId> next = successor(block.terminator);
      if (!next) return &block.terminator;
      current = *next;
    }
  }

 private:
  void fault(uint32_t code, abi::SourcePlace place) {
    context_.fault = code;
    context_.fault_place = place;
  }

  std::optional<BlockId> successor(const Terminator& terminator) {
    if (auto* jump = std::get_if<Jump>(&terminator)) return jump->to;
    if (auto* branch = std::get_if<Branch>(&terminator)) {
      return at(branch->condition).bits != 0 ? branch->then : branch->otherwise;
    }
    if (auto* choice = std::get_if<SwitchTag>(&terminator)) {
      for (auto& [tag, block] : choice->cases) {
        if (tag == context_.input_tag) return block;
      }
      return choice->fallback;
    }
    if (auto* choice = std::get_if<SwitchInt>(&terminator)) {
      for (auto& [value, block] : choice->cases) {
        if (value == at(choice->value).bits) return block;
      }
      return choice->fallback;
    }
    return std::nullopt;
  }

  uint32_t execute(const Instruction& i) {
    Cell& result = at(i.result);
    switch (i.op) {
      case Op::Constant:
        result = i.constant;
        return 0;
      case Op::Move:
        result = at(i.a);
        return 0;
      case Op::Add:
        return __builtin_add_overflow(at(i.a).bits, at(i.b).bits, &result.bits) ? overflow() : 0;
      case Op::Subtract:
        return __builtin_sub_overflow(at(i.a).bits, at(i.b).bits, &result.bits) ? overflow() : 0;
      case Op::Negate:
        return __builtin_sub_overflow(Int128{0}, at(i.a).bits, &result.bits) ? overflow() : 0;
      case Op::Compare:
        result.bits = compare(i.predicate, at(i.a).bits, at(i.b).bits);
        return 0;
      case Op::Not:
        result.bits = at(i.a).bits == 0;
        return 0;
      case Op::And:
        result.bits = at(i.a).bits != 0 && at(i.b).bits != 0;
        return 0;
      case Op::Or:
        result.bits = at(i.a).bits != 0 || at(i.b).bits != 0;
        return 0;
      case Op::LoadField: {
        auto record = static_cast<abi::Reference>(at(i.a).bits);
        CHECK(record != 0 &&
              uint64_t{record} + (uint64_t{i.index} + 1) * sizeof(Cell) <= context_.arena->size());
        result = context_.arena->cells(record)[i.index];
        return 0;
      }
      case Op::LoadFrame:
        result = context_.frame[i.index];
        return 0;
      case Op::LoadInput:
        result = context_.input;
        return 0;
      case Op::LoadDetail:
        result.bits = context_.input_detail;
        return 0;
      case Op::LoadNow:
        result.bits = context_.now;
        return 0;
      case Op::Call: {
        std::vector<Cell> arguments = collect(i.arguments);
        Cell value;
        uint32_t code = abi::builtin(i.builtin).function(&context_, &value, arguments.data(), i.immediate);
        if (code == 0) result = value;
        return code;
      }
      case Op::CallGraph: {
        Cell value;
        uint32_t code = evaluate_graph(program_, i.graph, context_, collect(i.arguments), value, reached_);
        if (code == 0) result = value;
        return code;
      }
      case Op::TryGraph: {
        Cell value;
        result = evaluate_graph(program_, i.graph, context_, collect(i.arguments), value, reached_) == 0
                     ? value
                     : i.constant;
        return 0;
      }
      case Op::IsPresent:
        result.bits = at(i.a).bits != 0;
        return 0;
    }
    CHECK(!"unknown op");
    return 0;
  }

  static uint32_t overflow() { return static_cast<uint32_t>(FaultKind::Overflow); }

  static bool compare(Predicate predicate, Int128 a, Int128 b) {
    switch (predicate) {
      case Predicate::Equal:
        return a == b;
      case Predicate::NotEqual:
        return a != b;
      case Predicate::Less:
        return a < b;
      case Predicate::LessEqual:
        return a <= b;
      case Predicate::Greater:
        return a > b;
      case Predicate::GreaterEqual:
        return a >= b;
    }
    return false;
  }

  std::vector<Cell> collect(const std::vector<RegisterId>& ids) {
    std::vector<Cell> cells;
    cells.reserve(ids.size());
    for (RegisterId id : ids) cells.push_back(at(id));
    return cells;
  }

  const Program& program_;
  const Graph& graph_;
  abi::Context& context_;
  Reached* const reached_;
  std::vector<Cell> registers_;
};

uint32_t evaluate_graph(const Program& program, GraphId id, abi::Context& context,
                        std::span<const Cell> arguments, Cell& result, Reached* reached) {
  const Graph& graph = program.graphs[id.index];
  CHECK(graph.pure && arguments.size() == graph.parameters.size());
  Run run(program, graph, context, reached);
  for (size_t i = 0; i < arguments.size(); ++i) run.at(graph.parameters[i]) = arguments[i];
  const Terminator* terminator = run.blocks(BlockId(0));
  if (!terminator) return context.fault;
  result = run.at(std::get<Return>(*terminator).value);
  return 0;
}

// Leaves a machine by its terminator: what the engine reads goes into the context.
abi::Exit leave(Run& run, const Graph& graph, const Terminator& terminator, abi::Context& context) {
  auto give = [&](RegisterId id) {
    context.operands[0] = run.at(id);
    context.operand_count = 1;
  };
  if (auto* park = std::get_if<Park>(&terminator)) {
    const auto& live = graph.states[park->state].live;
    for (size_t i = 0; i < park->operands.size(); ++i) context.operands[i] = run.at(park->operands[i]);
    for (size_t i = 0; i < live.size(); ++i) context.frame[i] = run.at(live[i]);
    context.operand_count = static_cast<uint32_t>(park->operands.size());
    context.frame_count = static_cast<uint32_t>(live.size());
    context.next_state = park->state;
    return abi::Exit::Park;
  }
  if (auto* finish = std::get_if<Finish>(&terminator)) {
    give(finish->record);
    context.outcome = finish->outcome;
    return abi::Exit::Finish;
  }
  if (auto* fail = std::get_if<Fail>(&terminator)) {
    give(fail->record);
    context.outcome = fail->outcome;
    context.compensate = fail->compensate ? 1 : 0;
    return abi::Exit::Fail;
  }
  if (auto* yield = std::get_if<Yield>(&terminator)) {
    give(yield->value);
    for (RegisterId row : yield->more) context.operands[context.operand_count++] = run.at(row);
    return abi::Exit::Yield;
  }
  if (auto* guard = std::get_if<GuardResult>(&terminator)) {
    return run.at(guard->value).bits != 0 ? abi::Exit::GuardTrue : abi::Exit::GuardFalse;
  }
  if (std::holds_alternative<SkipElement>(terminator)) return abi::Exit::Skip;
  CHECK(std::holds_alternative<Done>(terminator));
  return abi::Exit::Done;
}

abi::Exit advance(abi::Context* context, uint32_t state) {
  const auto& [program, reached] = *static_cast<const Interpreted*>(context->program->code.get());
  const Graph& graph = program.graphs[program.machines[context->machine].index];
  CHECK(state < graph.states.size());
  Run run(program, graph, *context, reached.get());
  const Terminator* terminator = run.blocks(graph.states[state].entry);
  return terminator ? leave(run, graph, *terminator, *context) : abi::Exit::Faulted;
}

}  // namespace

uint32_t evaluate(const Program& program, GraphId id, abi::Context& context, std::span<const Cell> arguments,
                  Cell& result) {
  return evaluate_graph(program, id, context, arguments, result, nullptr);
}

std::shared_ptr<abi::Program> interpret(Program program, std::shared_ptr<Reached> reached) {
  auto runnable = std::make_shared<abi::Program>(std::move(program.abi));
  program.abi = {};
  for (abi::Machine& machine : runnable->machines) machine.advance = advance;
  runnable->code = std::make_shared<Interpreted>(std::move(program), std::move(reached));
  return runnable;
}

}  // namespace endcap::ir
