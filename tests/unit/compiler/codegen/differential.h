// Runs one program natively and interpreted, on the same random inputs, and compares everything an advance
// leaves behind.
#pragma once

#include <doctest/doctest.h>

#include "compiler/codegen/jit.h"
#include "compiler/ir/interpreter.h"
#include "runtime/abi/value_json.h"
#include "tests/unit/runtime/abi/values.h"

namespace endcap::codegen::testing {

// What an advance or a pure graph leaves, as text: two of them are equal when nothing can tell them apart.
struct Left {
  std::string text;
  abi::Exit exit = abi::Exit::Faulted;
};

class Differential {
 public:
  explicit Differential(ir::Program program, const Options& options = {}) : flow_(std::move(program)) {
    ir::Program for_native = flow_, for_interpreter = flow_;
    auto compiled = compile(std::move(for_native), options, &statistics);
    if (!compiled) FAIL("compile: ", compiled.error());
    native = std::move(*compiled);
    interpreted = ir::interpret(std::move(for_interpreter));
  }

  // Every state of every machine and every pure graph, `rounds` times.
  void run(uint64_t seed, int rounds) {
    for (int round = 0; round < rounds; ++round) {
      for (uint32_t machine = 0; machine < flow_.machines.size(); ++machine) {
        for (uint32_t state = 0; state < flow_.abi.machines[machine].states.size(); ++state)
          advance_both(machine, state, seed++);
      }
      for (size_t graph = 0; graph < flow_.graphs.size(); ++graph) {
        if (flow_.graphs[graph].pure) call_both(ir::GraphId(graph), seed++);
      }
    }
  }

  std::shared_ptr<abi::Program> native, interpreted;
  Statistics statistics;
  std::map<abi::Exit, int> exits;
  int returns = 0, faults = 0;

 private:
  const abi::Types& types() const { return flow_.abi.types; }

  const ir::Graph& graph_of(uint32_t machine) const { return flow_.graphs[flow_.machines[machine].index]; }

  void advance_both(uint32_t machine, uint32_t state, uint64_t seed) {
    CAPTURE(graph_of(machine).name);
    CAPTURE(state);
    CAPTURE(seed);
    const Left ours = advance(*native, machine, state, seed),
               reference = advance(*interpreted, machine, state, seed);
    CHECK(ours.text == reference.text);
    ++exits[reference.exit];
  }

  // The tag and the input that a wait of this kind may be resumed with.
  void give_input(abi::RandomValues& random, const abi::WaitPoint& point, abi::Context& context,
                  abi::Arena& arena) {
    const uint64_t events = point.events.size();
    constexpr uint32_t kTags = abi::Tag::Refused + 1;
    const uint32_t choice = static_cast<uint32_t>(random.below(events + kTags));
    context.input_tag = choice < kTags ? choice : abi::Tag::EventBase + choice - kTags;
    context.input_detail = static_cast<uint32_t>(random.below(3));
    if (point.kind == abi::WaitKind::Run) {
      const auto& outcomes = flow_.abi.workflows[point.target].outcomes;
      const auto outcome = static_cast<uint32_t>(random.below(outcomes.size()));
      context.input_tag = abi::Tag::OutcomeBase + outcome;
      context.input = make(random, outcomes[outcome].record, arena);
      return;
    }
    abi::TypeId type = abi::kNoType;
    if (context.input_tag == abi::Tag::Ok) type = point.input;
    if (context.input_tag == abi::Tag::Changed)
      type = flow_.abi.policies.empty() ? abi::kNoType : facts_of(point);
    if (choice >= kTags) type = flow_.abi.events[point.events[choice - kTags].event].record;
    if (type != abi::kNoType) {
      context.input = make(random, type, arena);
    } else if (context.input_tag == abi::Tag::Changed) {
      context.input_tag = abi::Tag::Unavailable;
    }
  }
  abi::TypeId facts_of(const abi::WaitPoint& point) const {
    return point.kind == abi::WaitKind::Write ? flow_.abi.policies[point.policy].facts : abi::kNoType;
  }

  abi::Cell make(abi::RandomValues& random, abi::TypeId type, abi::Arena& arena) {
    return random.make(types(), type, arena, 8);
  }

  Left advance(const abi::Program& program, uint32_t machine, uint32_t state, uint64_t seed) {
    abi::RandomValues random(seed);
    abi::MemoryBlobs blobs;
    abi::Workspace workspace(program, &blobs);
    abi::Context& context = workspace.context();
    context.machine = machine;
    context.now = static_cast<Instant>(random.below(uint64_t{4102444800} * kSecond));
    const abi::WaitPoint& point = program.machines[machine].states[state];
    for (size_t i = 0; i < graph_of(machine).states[state].live.size(); ++i) {
      const ir::RegisterId live = graph_of(machine).states[state].live[i];
      context.frame[i] = make(random, graph_of(machine).registers[live.index].type, workspace.arena());
    }
    if (guard_event(machine, state) != abi::kNoType) {
      context.input = make(random, guard_event(machine, state), workspace.arena());
    } else {
      give_input(random, point, context, workspace.arena());
    }
    const abi::Exit exit = program.machines[machine].advance(&context, state);
    return {describe(exit, program, machine, workspace, blobs), exit};
  }

  // The event whose guard this state is.
  abi::TypeId guard_event(uint32_t machine, uint32_t state) const {
    for (const abi::Machine& other : flow_.abi.machines) {
      for (const abi::WaitPoint& point : other.states) {
        for (const abi::Subscription& subscription : point.events) {
          const uint32_t owner = subscription.machine
                                     ? *subscription.machine
                                     : static_cast<uint32_t>(&other - flow_.abi.machines.data());
          if (subscription.guard_state == state && owner == machine)
            return flow_.abi.events[subscription.event].record;
        }
      }
    }
    return abi::kNoType;
  }

  std::string describe(abi::Exit exit, const abi::Program& program, uint32_t machine,
                       abi::Workspace& workspace, abi::MemoryBlobs& blobs) {
    const abi::Context& context = workspace.context();
    const ir::Graph& graph = graph_of(machine);
    std::string text = "exit " + std::to_string(static_cast<uint32_t>(exit));
    const auto number = [&text](const char* name, uint64_t value) {
      text += std::string(" ") + name + " " + std::to_string(value);
    };
    const auto value = [&](abi::TypeId type, abi::Cell cell) {
      text += " " + abi::hex(abi::pack_value(program.types, type, workspace.arena(), cell, &blobs));
    };
    if (exit == abi::Exit::Park) {
      number("state", context.next_state);
      std::vector<abi::TypeId> slots;
      for (const ir::RegisterId live : graph.states[context.next_state].live)
        slots.push_back(graph.registers[live.index].type);
      REQUIRE(context.frame_count == slots.size());
      std::vector<abi::Blob> large;
      const auto frame = abi::pack_frame(program.types, slots, {context.frame, context.frame_count},
                                         workspace.arena(), {}, large, &blobs);
      text += frame ? " frame " + abi::hex(*frame) : frame.error().detail;
      const auto& operands = program.machines[machine].states[context.next_state].operands;
      REQUIRE(context.operand_count == operands.size());
      for (size_t i = 0; i < operands.size(); ++i) value(operands[i], context.operands[i]);
    }
    if (exit == abi::Exit::Finish || exit == abi::Exit::Fail) {
      number("outcome", context.outcome);
      number("compensate", context.compensate);
      value(program.outcomes_of(program.machines[machine])[context.outcome].record, context.operands[0]);
    }
    if (exit == abi::Exit::Yield) {
      number("yields", context.operand_count);
      for (uint32_t i = 1; i < context.operand_count; ++i)
        number("row", static_cast<uint64_t>(context.operands[i].bits));
    }
    if (exit == abi::Exit::Faulted) {
      number("fault", context.fault);
      number("place", abi::position_bits(context.fault_place));
      number("file", context.fault_place.file);
    }
    return text;
  }

  void call_both(ir::GraphId id, uint64_t seed) {
    const ir::Graph& graph = flow_.graphs[id.index];
    CAPTURE(graph.name);
    CAPTURE(seed);
    const auto call = [&](const auto& function) {
      abi::RandomValues random(seed);
      abi::MemoryBlobs blobs;
      abi::Workspace workspace(*native, &blobs);
      std::vector<abi::Cell> arguments;
      for (const ir::RegisterId parameter : graph.parameters) {
        arguments.push_back(make(random, graph.registers[parameter.index].type, workspace.arena()));
      }
      arguments.emplace_back();  // never an empty array
      workspace.context().arena_base = workspace.arena().base();
      abi::Cell result;
      const uint32_t code =
          function(workspace.context(), result, std::span(arguments).first(graph.parameters.size()));
      ++(code == 0 ? returns : faults);
      if (code != 0) {
        return std::to_string(code) + " at " + abi::position_text(workspace.context().fault_place) + " of " +
               std::to_string(workspace.context().fault_place.file) + " " +
               std::to_string(workspace.context().fault);
      }
      return abi::hex(abi::pack_value(types(), graph.result, workspace.arena(), result, &blobs));
    };
    const PureFn function = find_pure(*native, graph.name);
    REQUIRE((function != nullptr));
    const std::string ours =
        call([&](abi::Context& context, abi::Cell& result, std::span<const abi::Cell> arguments) {
          return function(&context, &result, arguments.data());
        });
    const std::string reference =
        call([&](abi::Context& context, abi::Cell& result, std::span<const abi::Cell> arguments) {
          return ir::evaluate(flow_, id, context, arguments, result);
        });
    CHECK(ours == reference);
  }

  ir::Program flow_;
};

}  // namespace endcap::codegen::testing
