// Plain values: see plain.h.
#include "compiler/sema/plain.h"

#include <algorithm>
#include <cstring>

#include "runtime/value/check.h"
#include "runtime/value/decimal.h"
#include "runtime/value/time.h"

namespace endcap::sema {
namespace {

using abi::Cell;

bool is_plain_operator(Operator op) {
  return op == Operator::Negate || op == Operator::Rescale || op == Operator::InstantAt;
}

class Evaluator {
 public:
  Evaluator(const abi::Types& types, abi::Arena& arena) : types_(types), arena_(arena) {}

  std::expected<Cell, Fault> value(const Expr& expr) {
    return std::visit([&](const auto& node) { return of(expr, node); }, expr.node);
  }

 private:
  using Result = std::expected<Cell, Fault>;

  template <typename Node>
  Result of(const Expr&, const Node&) {
    CHECK(!"not plain");
    return Cell{};
  }
  Result of(const Expr&, const Literal& node) { return node.cell; }
  Result of(const Expr&, const TextLiteral& node) { return Cell{arena_.put_text(node.text)}; }
  Result of(const Expr&, const MakeOptional& node) {
    if (!node.value) return Cell{};
    const Result inside = value(*node.value);
    return inside ? cells({*inside}) : inside;
  }
  Result of(const Expr&, const MakeRecord& node) { return values(node.fields, false); }
  Result of(const Expr&, const MakeList& node) { return values(node.elements, true); }

  Result of(const Expr& expr, const Operation& node) {
    if (node.op == Operator::InstantAt) return instant(node);
    const Result operand = value(*node.operands[0]);
    if (!operand) return operand;
    const auto units = node.op == Operator::Negate
                           ? decimal_subtract(0, operand->bits)
                           : decimal_rescale_exact(operand->bits, types_[node.operands[0]->type].scale,
                                                   types_[expr.type].scale);
    return units ? Result(Cell{*units}) : std::unexpected(units.error());
  }

  Result instant(const Operation& node) {
    const Result date = value(*node.operands[0]), time = value(*node.operands[1]),
                 zone = value(*node.operands[2]);
    if (!date || !time || !zone) return !date ? date : !time ? time : zone;
    const auto at =
        instant_of(static_cast<Date>(date->bits), static_cast<TimeOfDay>(time->bits), arena_.text(*zone));
    return at ? Result(Cell{*at}) : std::unexpected(at.error());
  }

  Result values(const std::vector<ExprPtr>& parts, bool list) {
    std::vector<Cell> result;
    for (const ExprPtr& part : parts) {
      const Result each = value(*part);
      if (!each) return each;
      result.push_back(*each);
    }
    if (!list || result.empty()) return cells(result);
    // A header of the size of one cell leads the elements.
    result.insert(result.begin(), Cell{});
    const Cell made = cells(result);
    const abi::ListHeader header{static_cast<uint32_t>(result.size() - 1), 0, 0, 0};
    std::memcpy(arena_.at(static_cast<abi::Reference>(made.bits)), &header, sizeof header);
    return made;
  }

  Cell cells(const std::vector<Cell>& parts) {
    if (parts.empty()) return Cell{};
    const abi::Reference at = arena_.allocate(static_cast<uint32_t>(parts.size() * sizeof(Cell)));
    std::ranges::copy(parts, arena_.cells(at));
    return Cell{at};
  }

  const abi::Types& types_;
  abi::Arena& arena_;
};

}  // namespace

bool is_plain(const Expr& expr) {
  const auto all = [](const std::vector<ExprPtr>& parts) {
    return std::ranges::all_of(parts, [](const ExprPtr& part) { return is_plain(*part); });
  };
  if (const auto* record = std::get_if<MakeRecord>(&expr.node)) return all(record->fields);
  if (const auto* list = std::get_if<MakeList>(&expr.node)) return all(list->elements);
  if (const auto* optional = std::get_if<MakeOptional>(&expr.node))
    return !optional->value || is_plain(*optional->value);
  if (const auto* operation = std::get_if<Operation>(&expr.node))
    return is_plain_operator(operation->op) && all(operation->operands);
  return std::holds_alternative<Literal>(expr.node) || std::holds_alternative<TextLiteral>(expr.node);
}

std::expected<Cell, Fault> plain_value(const abi::Types& types, const Expr& expr, abi::Arena& arena) {
  return Evaluator(types, arena).value(expr);
}

}  // namespace endcap::sema
