// Making random tables, and trying every value.
#include "tests/unit/compiler/sema/random_tables.h"

#include <fmt/format.h>

#include <algorithm>

namespace endcap::sema {
namespace {

using ColumnKind = RandomColumn::Kind;

bool is_number(ColumnKind kind) {
  return kind == ColumnKind::Int || kind == ColumnKind::Percent || kind == ColumnKind::Ratio;
}

RandomColumn column_of(ColumnKind kind, size_t number) {
  const std::string name(1, static_cast<char>('a' + number));
  switch (kind) {
    case ColumnKind::Int:  // -1 .. 10
      return {kind, name, "Int", 12};
    case ColumnKind::Percent:  // -0.1%, 0.0% .. 2.1%
      return {kind, name, "Percent(4, 1)", 23};
    case ColumnKind::Ratio:  // -0.125%, 0% .. 3.125%
      return {kind, name, "Ratio", 27};
    case ColumnKind::Enum:
      return {kind, name, "Size", 3};
    case ColumnKind::Bool:
      return {kind, name, "Bool", 2};
    case ColumnKind::Text:
      return {kind, name, "Text(3)", 4};
    case ColumnKind::Presence:
      return {kind, name, "optional Date", 2};
  }
  return {};
}

// The value of a domain point and of a literal, in the same small unit.
int value_of(ColumnKind kind, int point) {
  return (point - 1) * (kind == ColumnKind::Percent ? 10 : kind == ColumnKind::Ratio ? 125 : 1);
}
// Literals: whole numbers; percentages in steps of 0.05, half of which no Percent(4, 1) can have; ratios in
// 0.25%.
int literal_value(ColumnKind kind, int step) {
  return step * (kind == ColumnKind::Percent ? 5 : kind == ColumnKind::Ratio ? 250 : 1);
}
int literal_count(ColumnKind kind) {
  return kind == ColumnKind::Percent ? 41 : kind == ColumnKind::Ratio ? 13 : 10;
}
std::string literal_text(ColumnKind kind, int step) {
  const int value = literal_value(kind, step);
  if (kind == ColumnKind::Percent) return fmt::format("{}.{:02}%", value / 100, value % 100);
  if (kind == ColumnKind::Ratio) return fmt::format("{}.{:03}%", value / 1000, value % 1000);
  return std::to_string(value);
}

std::string value_text(ColumnKind kind, size_t value) {
  static const char* const kSizes[] = {"small", "middle", "large"};
  static const char* const kTexts[] = {"\"A\"", "\"B\"", "\"C\""};
  if (kind == ColumnKind::Enum) return kSizes[value];
  if (kind == ColumnKind::Bool) return value == 0 ? "no" : "yes";
  return kTexts[value];
}

bool lets_through(const RandomColumn& column, const RandomCell& cell, int point) {
  if (cell.values) return (*cell.values)[static_cast<size_t>(point)];
  const int value = value_of(column.kind, point);
  if (cell.low && (value < literal_value(column.kind, *cell.low) ||
                   (!cell.low_closed && value == literal_value(column.kind, *cell.low))))
    return false;
  return !cell.high || value < literal_value(column.kind, *cell.high) ||
         (cell.high_closed && value == literal_value(column.kind, *cell.high));
}

std::string cell_text(const RandomColumn& column, const RandomCell& cell) {
  if (cell.low || cell.high) {
    const auto text = [&](int step) { return literal_text(column.kind, step); };
    if (!cell.low) return (cell.high_closed ? "<= " : "< ") + text(*cell.high);
    if (!cell.high) return (cell.low_closed ? ">= " : "> ") + text(*cell.low);
    return fmt::format("{}{} .. {}{}", cell.low_closed ? '[' : '(', text(*cell.low), text(*cell.high),
                       cell.high_closed ? ']' : ')');
  }
  if (!cell.values || std::ranges::all_of(*cell.values, std::identity{})) return "-";
  if (column.kind == ColumnKind::Presence) return (*cell.values)[1] ? "present" : "absent";
  // Only `!=` lets through what has no name.
  if (column.kind == ColumnKind::Text && cell.values->back()) {
    const auto missing = std::ranges::find(*cell.values, false) - cell.values->begin();
    return "!= " + value_text(column.kind, static_cast<size_t>(missing));
  }
  std::string text;
  for (size_t i = 0; i < cell.values->size(); ++i) {
    if ((*cell.values)[i]) text += (text.empty() ? "" : ", ") + value_text(column.kind, i);
  }
  return text;
}

std::string cell_condition(const RandomColumn& column, const RandomCell& cell) {
  if (cell.low || cell.high) {
    std::string text;
    if (cell.low) text += literal_text(column.kind, *cell.low) + (cell.low_closed ? " <= " : " < ");
    text += column.name;
    if (cell.high) text += (cell.high_closed ? " <= " : " < ") + literal_text(column.kind, *cell.high);
    return text;
  }
  const std::string asked = cell_text(column, cell);
  if (asked == "-") return "";
  if (column.kind == ColumnKind::Presence) return column.name + " is " + asked;
  if (asked.starts_with("!=")) return column.name + " " + asked;
  std::string text;
  for (size_t i = 0; i < cell.values->size(); ++i) {
    if ((*cell.values)[i])
      text += fmt::format("{}{} == {}", text.empty() ? "" : " or ", column.name, value_text(column.kind, i));
  }
  return "(" + text + ")";
}

size_t below(std::mt19937& random, size_t count) { return random() % count; }

// Two cells that share out what `cell` lets through; nothing when it can't be split.
std::optional<std::pair<RandomCell, RandomCell>> split(std::mt19937& random, const RandomColumn& column,
                                                       const RandomCell& cell) {
  RandomCell one = cell, other = cell;
  if (is_number(column.kind)) {
    const int low = cell.low.value_or(-1) + 1, high = cell.high.value_or(literal_count(column.kind));
    if (low >= high) return std::nullopt;
    one.high = other.low = low + static_cast<int>(below(random, static_cast<size_t>(high - low)));
    one.high_closed = below(random, 2) == 0;
    other.low_closed = !one.high_closed;
    return std::pair(one, other);
  }
  if (column.kind == ColumnKind::Text) {
    if (!std::ranges::all_of(*cell.values, std::identity{})) return std::nullopt;
    one.values->assign(cell.values->size(), false);
    const size_t named = below(random, cell.values->size() - 1);
    (*one.values)[named] = true;
    (*other.values)[named] = false;
    return std::pair(one, other);
  }
  std::vector<size_t> held;
  for (size_t i = 0; i < cell.values->size(); ++i) {
    if ((*cell.values)[i]) held.push_back(i);
  }
  if (held.size() < 2) return std::nullopt;
  one.values->assign(cell.values->size(), false);
  const size_t moved = held[below(random, held.size())];
  (*one.values)[moved] = true;
  (*other.values)[moved] = false;
  return std::pair(one, other);
}

void break_somewhere(std::mt19937& random, RandomTable& table) {
  const size_t row = below(random, table.rows.size());
  const size_t at = below(random, table.columns.size());
  RandomCell& cell = table.rows[row][at];
  switch (below(random, 5)) {
    case 0:
      if (table.rows.size() > 1) table.rows.erase(table.rows.begin() + static_cast<long>(row));
      break;
    case 1:
      if (cell.high) cell.high_closed = !cell.high_closed;
      break;
    case 2:
      if (cell.low) cell.low_closed = !cell.low_closed;
      break;
    case 3:
      if (cell.high && *cell.high + 1 < literal_count(table.columns[at].kind)) ++*cell.high;
      break;
    default:
      if (cell.values) cell.values->assign(cell.values->size(), true);
      break;
  }
}

}  // namespace

std::string RandomTable::table(const std::string& name) const {
  std::string text = "table " + name + "(", header = "  |";
  for (const RandomColumn& column : columns) {
    text += fmt::format("{}{}: {}", &column == columns.data() ? "" : ", ", column.name, column.type);
    header += fmt::format(" {} |", column.name);
  }
  text += ") -> Int {\n" + header + " row |\n";
  for (size_t row = 0; row < rows.size(); ++row) {
    text += "  |";
    for (size_t i = 0; i < columns.size(); ++i)
      text += fmt::format(" {} |", cell_text(columns[i], rows[row][i]));
    text += fmt::format(" {} |\n", row);
  }
  if (otherwise) {
    text += "  | otherwise |";
    for (size_t i = 1; i < columns.size(); ++i) text += " - |";
    text += fmt::format(" {} |\n", rows.size());
  }
  return text + "}\n";
}

std::string RandomTable::condition(size_t row) const {
  std::string text;
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::string one = cell_condition(columns[i], rows[row][i]);
    if (!one.empty()) text += (text.empty() ? "" : " and ") + one;
  }
  return text.empty() ? "yes" : text;
}

bool RandomTable::holds(size_t row, const std::vector<int>& point) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!lets_through(columns[i], rows[row][i], point[i])) return false;
  }
  return true;
}

std::optional<size_t> RandomTable::answer(const std::vector<int>& point) const {
  for (size_t row = 0; row < rows.size(); ++row) {
    if (holds(row, point)) return row;
  }
  return otherwise ? std::optional(rows.size()) : std::nullopt;
}

void RandomTable::each_point(const std::function<void(const std::vector<int>&)>& visit) const {
  std::vector<int> point(columns.size());
  while (true) {
    visit(point);
    size_t i = 0;
    while (i < point.size() && ++point[i] == columns[i].domain) point[i++] = 0;
    if (i == point.size()) return;
  }
}

RandomTable::Verdict RandomTable::brute_force() const {
  Verdict verdict;
  verdict.applies.resize(rows.size() + (otherwise ? 1 : 0));
  each_point([&](const std::vector<int>& point) {
    size_t holding = 0;
    for (size_t row = 0; row < rows.size(); ++row) {
      if (!holds(row, point)) continue;
      verdict.applies[row] = true;
      ++holding;
    }
    if (holding == 0 && otherwise) verdict.applies.back() = true;
    verdict.gap = verdict.gap || (holding == 0 && !otherwise);
    verdict.overlap = verdict.overlap || holding > 1;
  });
  return verdict;
}

bool RandomTable::Verdict::never() const {
  return !gap && !overlap && !std::ranges::all_of(applies, std::identity{});
}

RandomTable random_table(std::mt19937& random, const std::vector<ColumnKind>& kinds) {
  RandomTable table;
  const size_t columns = 1 + below(random, 3);
  std::vector<RandomCell> any;
  for (size_t i = 0; i < columns; ++i) {
    table.columns.push_back(column_of(kinds[below(random, kinds.size())], i));
    RandomCell cell;
    if (!is_number(table.columns[i].kind))
      cell.values = std::vector<bool>(static_cast<size_t>(table.columns[i].domain), true);
    any.push_back(cell);
  }
  table.rows = {any};
  for (size_t splits = 1 + below(random, 6); splits > 0; --splits) {
    const size_t row = below(random, table.rows.size()), at = below(random, columns);
    const auto parts = split(random, table.columns[at], table.rows[row][at]);
    if (!parts) continue;
    std::vector<RandomCell> other = table.rows[row];
    table.rows[row][at] = parts->first;
    other[at] = parts->second;
    table.rows.push_back(std::move(other));
  }
  for (size_t breaks = below(random, 3); breaks > 0; --breaks) break_somewhere(random, table);
  table.otherwise = below(random, 4) == 0;
  return table;
}

}  // namespace endcap::sema
