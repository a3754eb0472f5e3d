// Flow IR as bytes: two modules with the same bytes have the same code.
#include <cstring>
#include <type_traits>

#include "compiler/codegen/module_plan.h"

namespace endcap::codegen {
namespace {

// Every part is written with its length or tag in front, so that no two graphs give the same bytes.
class Fingerprint {
 public:
  std::string take() { return std::move(bytes_); }

  template <typename Number>
  requires std::is_integral_v<Number> || std::is_enum_v<Number> || std::is_same_v<Number, Int128>
  void put(Number number) { bytes_.append(reinterpret_cast<const char*>(&number), sizeof number); }
  void put(std::string_view text) {
    put(uint64_t{text.size()});
    bytes_ += text;
  }
  template <typename Tag>
  void put(Id<Tag> id) {
    put(id.index);
  }
  template <typename Tag>
  void put(const std::vector<Id<Tag>>& ids) {
    put(uint64_t{ids.size()});
    for (const Id<Tag> id : ids) put(id);
  }

  void put(abi::SourcePlace place) {
    put(abi::position_bits(place));
    put(place.file);
  }

  void put(const ir::Graph& graph) {
    put(graph.pure);
    put(uint64_t{graph.registers.size()});
    put(graph.parameters);
    put(uint64_t{graph.blocks.size()});
    for (const ir::Block& block : graph.blocks) {
      put(block.place);
      put(uint64_t{block.instructions.size()});
      for (const ir::Instruction& instruction : block.instructions) put(instruction);
      put(uint64_t{block.terminator.index()});
      std::visit([this](const auto& terminator) { put(terminator); }, block.terminator);
    }
    put(uint64_t{graph.states.size()});
    for (const ir::State& state : graph.states) {
      put(state.entry);
      put(state.live);
    }
  }

 private:
  void put(const ir::Instruction& i) {
    put(i.op);
    put(i.result);
    put(i.a);
    put(i.b);
    put(i.arguments);
    put(i.constant.bits);
    put(i.index);
    put(i.immediate);
    put(i.op == ir::Op::Call ? std::string_view(abi::builtin(i.builtin).name) : std::string_view());
    put(i.graph);
    put(i.predicate);
    put(i.place);
  }

  void put(const ir::Jump& t) { put(t.to); }
  void put(const ir::Branch& t) {
    put(t.condition);
    put(t.then);
    put(t.otherwise);
  }
  template <typename Cases>
  void put_cases(const Cases& cases) {
    put(uint64_t{cases.size()});
    for (const auto& [value, block] : cases) {
      put(value);
      put(block);
    }
  }
  void put(const ir::SwitchTag& t) {
    put_cases(t.cases);
    put(t.fallback);
  }
  void put(const ir::SwitchInt& t) {
    put(t.value);
    put_cases(t.cases);
    put(t.fallback);
  }
  void put(const ir::Park& t) {
    put(t.state);
    put(t.operands);
  }
  void put(const ir::Finish& t) {
    put(t.outcome);
    put(t.record);
  }
  void put(const ir::Fail& t) {
    put(t.outcome);
    put(t.record);
    put(t.compensate);
  }
  void put(const ir::Yield& t) {
    put(t.value);
    put(t.more);
  }
  void put(const ir::SkipElement&) {}
  void put(const ir::Done&) {}
  void put(const ir::FaultOut& t) { put(t.kind); }
  void put(const ir::GuardResult& t) { put(t.value); }
  void put(const ir::Return& t) { put(t.value); }

  std::string bytes_;
};

}  // namespace

std::string fingerprint(const ir::Program& program, const ModulePlan& plan) {
  Fingerprint bytes;
  bytes.put(plan.exports_pure);
  bytes.put(uint64_t{plan.machines.size()});
  for (const uint32_t machine : plan.machines) {
    bytes.put(machine);
    bytes.put(program.graphs[program.machines[machine].index]);
  }
  bytes.put(plan.pure);
  for (const ir::GraphId graph : plan.pure) bytes.put(program.graphs[graph.index]);
  return bytes.take();
}

}  // namespace endcap::codegen
