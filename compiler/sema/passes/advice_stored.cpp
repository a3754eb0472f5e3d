// The advice pass: what a write may fill in with nobody but a policy deciding, and what comes back of it. A
// person who approves a write has decided every value of it; a policy that lets advice through has decided
// that it is written, and not that it is true.
#include <algorithm>

#include "compiler/sema/passes/advice.h"

namespace endcap::sema {

using Verdict = abi::PolicyRow::Verdict;

void AdvicePass::fill(Proposed& proposed, uint32_t operation, ExprPtr& payload) {
  if (!payload) return;
  const Label all = scope_.label(*payload);
  Proposed::Fill& filled = proposed.fills.emplace_back(Proposed::Fill{operation, {}});
  for (size_t i = 0; i < program_.abi.operations[operation].fields.size(); ++i)
    filled.cells.push_back(flatten(part(all, i)));
}

void AdvicePass::note_stored(const Approve& node, Span span) {
  const Policy& policy = program_.policies[node.policy.index];
  const auto& rows = program_.abi.policies[policy.index].rows;
  const auto row = std::ranges::find(rows, Verdict::PermitAdvice, &abi::PolicyRow::verdict);
  if (row == rows.end()) return;
  const Span row_span = policy.rows[static_cast<size_t>(row - rows.begin())].span;
  for (const LocalId id : node.proposals) {
    const Proposed& proposed = proposed_[id];
    for (const Proposed::Fill& filled : proposed.fills) {
      const abi::Operation& operation = program_.abi.operations[filled.operation];
      const bool changes = operation.form == abi::OperationForm::Update;
      Label around = proposed.around;  // and of a change, what is changed
      for (size_t i = 0; changes && i < filled.cells.size(); ++i) {
        if (operation.fields[i].key) around = join(std::move(around), filled.cells[i]);
      }
      for (uint32_t i = 0; i < filled.cells.size(); ++i) {
        if (changes && operation.fields[i].key) continue;
        const bool own = filled.cells[i].advice();
        const Label label = join(filled.cells[i], around);
        if (label.advice()) store({filled.operation, i, own, label.path(), span, row_span});
      }
    }
  }
}

void AdvicePass::store(const StoredAdvice& stored) {
  const auto known = std::ranges::find_if(program_.stored, [&](const StoredAdvice& each) {
    return each.operation == stored.operation && each.cell == stored.cell;
  });
  if (known == program_.stored.end()) {
    program_.stored.push_back(stored);
    across_.grown = true;  // what was walked before may ask for it
  } else if (stored.own && !known->own) {
    *known = stored;
  }
}

// Which entities a query finds is advice where it asks for what is: what a view marks, or what is stored.
std::optional<std::string> advice_asked_for(const Program& program, uint32_t number) {
  const abi::Operation& operation = program.abi.operations[number];
  if (operation.form != abi::OperationForm::Query) return std::nullopt;
  for (const abi::WireField& asked : operation.fields) {
    for (const abi::View& view : program.abi.views) {
      if (view.system != operation.system || view.entity_set != operation.target) continue;
      for (size_t i = 0; i < view.fields.size(); ++i) {
        if (view.fields[i].wire.name == asked.name && program.abi.types[view.record].fields[i].advice)
          return asked.name;
      }
    }
    for (const StoredAdvice& stored : program.stored) {
      const abi::Operation& by = program.abi.operations[stored.operation];
      const bool here = by.system == operation.system && by.target == operation.target;
      if (here && by.fields[stored.cell].name == asked.name) return asked.name;
    }
  }
  return std::nullopt;
}

Label AdvicePass::asked_for(const ReadOperation& node) const {
  const auto property = advice_asked_for(program_, node.operation);
  if (!property) return {};
  return {{{node.local.index, "what is found by `" + *property + "`"}}, {}};
}

// An event has no schema: it may bring what has that name in its system.
bool mark_stored_events(Program& program) {
  bool grown = false;
  for (const StoredAdvice& stored : program.stored) {
    if (!stored.own) continue;
    const abi::Operation& operation = program.abi.operations[stored.operation];
    for (const abi::Event& event : program.abi.events) {
      if (event.system != operation.system) continue;
      std::vector<abi::Field>& fields = program.abi.types[event.record].fields;
      for (size_t i = 0; i < fields.size() && i < event.fields.size(); ++i) {
        if (fields[i].advice || event.fields[i].name != operation.fields[stored.cell].name) continue;
        fields[i].advice = grown = true;
      }
    }
  }
  return grown;
}

}  // namespace endcap::sema
