// Value numbering: an expression's text over the numbers of its parts is looked up in a table.
#include "compiler/sema/passes/values.h"

#include <fmt/format.h>

#include "compiler/sema/schema_bounds.h"

namespace endcap::sema {

uint32_t ValueTable::number(const std::string& text) {
  return numbers_.try_emplace(text, static_cast<uint32_t>(numbers_.size() + 1)).first->second;
}

Value ValueTable::combine(std::string text, const std::vector<const Expr*>& parts) {
  Value result;
  for (const Expr* part : parts) {
    if (!part) {
      text += " -";
      continue;
    }
    const Value value = of(*part);
    text += fmt::format(" {}", value.number);
    result.varies.insert(value.varies.begin(), value.varies.end());
  }
  result.number = number(text);
  return result;
}

Value ValueTable::of(const Expr& e) {
  const auto list = [](const std::vector<ExprPtr>& expressions) {
    std::vector<const Expr*> parts;
    for (const ExprPtr& each : expressions) parts.push_back(each.get());
    return parts;
  };
  Value result;
  if (const auto* local = std::get_if<LocalRef>(&e.node)) {
    const auto known = locals_.find(local->local);
    result = known != locals_.end() ? known->second
                                    : Value{number(fmt::format("local {}", local->local.index)), {}};
  } else if (const auto* literal = std::get_if<Literal>(&e.node)) {
    result.number =
        number(fmt::format("literal {} {} {}", e.type, static_cast<int64_t>(literal->cell.bits >> 64),
                           static_cast<uint64_t>(literal->cell.bits)));
  } else if (const auto* text = std::get_if<TextLiteral>(&e.node)) {
    result.number = number(fmt::format("text {}", text->text));
  } else if (const auto* field = std::get_if<FieldOf>(&e.node)) {
    result = combine(fmt::format("field {}", field->field), {field->record.get()});
  } else if (const auto* record = std::get_if<MakeRecord>(&e.node)) {
    result = combine(fmt::format("record {}", e.type), list(record->fields));
  } else if (const auto* elements = std::get_if<MakeList>(&e.node)) {
    result = combine(fmt::format("list {}", e.type), list(elements->elements));
  } else if (const auto* optional = std::get_if<MakeOptional>(&e.node)) {
    result = combine(fmt::format("optional {}", e.type), {optional->value.get()});
  } else if (const auto* call = std::get_if<CallFunction>(&e.node)) {
    result = combine(fmt::format("call {}", call->function.index), list(call->arguments));
  } else if (&unbounded(e) != &e) {
    result = of(unbounded(e));
  } else if (const auto* operation = std::get_if<Operation>(&e.node)) {
    result = combine(fmt::format("operation {} {} {} {}", static_cast<int>(operation->op), e.type,
                                 static_cast<int>(operation->rounding), operation->calendar),
                     list(operation->operands));
  } else {
    result = fresh({});
  }
  for (auto& around : dependencies_) around.insert(result.varies.begin(), result.varies.end());
  return result;
}

Value ValueTable::element(LocalId variable, const Expr& list, const Expr* where) {
  Value result = of(list);
  const uint32_t all = number(fmt::format("element of {}", result.number));
  result.number = all;
  if (where) {
    define(variable, {number("it"), {}});
    const Value condition = of(*where);
    result.number = number(fmt::format("element of {} where {}", all, condition.number));
    result.varies.insert(condition.varies.begin(), condition.varies.end());
    unfiltered_[result.number] = all;
  }
  result.varies.insert(variable);
  define(variable, result);
  return result;
}

uint32_t ValueTable::unfiltered(uint32_t number) const {
  const auto found = unfiltered_.find(number);
  return found == unfiltered_.end() ? number : found->second;
}

Value ValueTable::made(const std::string& how, const std::vector<const Expr*>& parts) {
  return combine(how, parts);
}

Value ValueTable::fresh(std::set<LocalId> varies) {
  return {number(fmt::format("fresh {}", numbers_.size())), std::move(varies)};
}

std::set<LocalId> ValueTable::end_dependencies() {
  std::set<LocalId> result = std::move(dependencies_.back());
  dependencies_.pop_back();
  return result;
}

}  // namespace endcap::sema
