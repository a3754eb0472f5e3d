// From a table's cells to conditions and results.
#include "compiler/sema/tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/resolve_types.h"
#include "compiler/syntax/sheet.h"

namespace endcap::sema {
namespace {

using CellForm = ast::TableCell::Form;

constexpr size_t kRowsOfBlock = 32;

class TableChecker {
 public:
  TableChecker(Context& context, uint32_t index)
      : context_(context),
        tree_(*context.functions[index].table),
        index_(index),
        module_(context.functions[index].module),
        scope_(context, function_.locals),
        expressions_(context, module_, scope_) {}

  void run() {
    function_.name = tree_.name.text;
    function_.span = tree_.name.span;
    for (const ast::Parameter& parameter : tree_.parameters)
      function_.parameters.push_back(
          scope_.declare(parameter.name, resolve_type(context_, module_, parameter.type.get())));
    result_ = resolve_type(context_, module_, tree_.result.get());
    if (read_written() && read_header() && read_cells()) read_rows();
    context_.program.functions[index_] = std::move(function_);
  }

 private:
  // ---------------------------------------------------------------- where it is written

  // The header, and the rows where they stand below it.
  bool read_written() {
    if (!tree_.file) {
      header_ = tree_.header;
      rows_ = &tree_.rows;
      row_count_ = tree_.rows.size();
      return true;
    }
    const auto source = data_file();
    if (source) sheet_ = read_sheet(context_.sources, *source, context_.diagnostics);
    if (!sheet_) return false;
    for (const SheetCell& cell : sheet_->header) header_.push_back({cell.text, cell.span});
    row_count_ = sheet_->rows.size();
    return true;
  }

  std::optional<SourceId> data_file() {
    std::vector<std::string> known;
    for (const SourceId data : context_.project.data) {
      known.push_back(context_.sources.file(data).path);
      if (known.back() == tree_.file->text) return data;
    }
    Diagnostic& diagnostic =
        context_.emit(DiagnosticKind::UnknownDataFile, tree_.file->span, {tree_.file->text});
    const Span inside{tree_.file->span.source, tree_.file->span.begin + 1, tree_.file->span.end - 1};
    with_suggestion(diagnostic, inside, tree_.file->text, known)
        .note(
            "a table's file stands in the project's folder; which ones are read is said by `data` in "
            "endcap.toml, by default data/*.csv");
    return std::nullopt;
  }

  // The rows of a sheet: what its cells are depends on the types of their columns.
  bool read_cells() {
    if (!sheet_) return true;
    std::vector<SheetColumn> columns;
    for (size_t i = 0; i < header_.size(); ++i) {
      const bool asked = i < inputs_.size();
      const bool text = is_text(asked ? scope_[inputs_[i]].type : type_of(*results_[i - inputs_.size()]));
      columns.push_back(!text   ? SheetColumn::Written
                        : asked ? SheetColumn::AskedText
                                : SheetColumn::GivenText);
    }
    auto rows = rows_of_sheet(*sheet_, columns, context_.sources, context_.diagnostics);
    if (!rows) return false;
    sheet_rows_ = std::move(*rows);
    rows_ = &sheet_rows_;
    return true;
  }

  bool is_text(TypeId type) const {
    if (context_.types.is(type, Kind::Optional)) type = context_.types[type].element;
    return context_.types.is(type, Kind::Text) || context_.types.is(type, Kind::Zone);
  }

  // ---------------------------------------------------------------- header

  // False when the rows can't be read by it.
  bool read_header() {
    const size_t most = sheet_ ? kSheetRowsMax : kTableRowsMax;
    bool sound = result_ != abi::kNoType && row_count_ <= most;
    if (row_count_ > most)
      context_.emit(DiagnosticKind::TableTooLong, tree_.name.span,
                    {tree_.name.text, std::to_string(row_count_), std::to_string(most)});
    for (const ast::Name& column : header_) sound = read_column(column) && sound;
    for (size_t i = 0; i < tree_.parameters.size(); ++i) {
      if (std::ranges::find(inputs_, function_.parameters[i]) != inputs_.end()) continue;
      missing_column(fmt::format("input `{}`", tree_.parameters[i].name.text), tree_.parameters[i].name.span);
      sound = false;
    }
    if (results_.empty() && sound) {
      missing_column("result", tree_.result->span);
      sound = false;
    }
    return sound && (results_.size() < 2 || results_fit());
  }

  bool read_column(const ast::Name& column) {
    const auto first = std::ranges::find(header_, column.text, &ast::Name::text);
    if (&*first != &column) {
      context_.emit(DiagnosticKind::DuplicateName, column.span, {column.text})
          .label(first->span, "this column has the name");
      return false;
    }
    const auto input = std::ranges::find_if(tree_.parameters, [&](const ast::Parameter& parameter) {
      return parameter.name.text == column.text;
    });
    if (input == tree_.parameters.end()) {
      results_.push_back(&column);
      return true;
    }
    inputs_.push_back(function_.parameters[static_cast<size_t>(input - tree_.parameters.begin())]);
    if (results_.empty()) return true;
    context_.emit(DiagnosticKind::TableColumnOrder, column.span, {column.text})
        .label(results_.back()->span, "this is a result");
    return false;
  }

  void missing_column(const std::string& what, Span declared) {
    const Span header = cover(header_.front().span, header_.back().span);
    context_.emit(DiagnosticKind::TableColumnMissing, header, {tree_.name.text, what})
        .label(declared, "declared here");
  }

  // Several results make a record: its fields are the columns.
  bool results_fit() {
    if (!context_.types.is(result_, Kind::Record) || context_.view_of(result_)) {
      context_.emit(DiagnosticKind::TableResultNotRecord, tree_.result->span,
                    {tree_.name.text, std::to_string(results_.size()), context_.type_name(result_)});
      return false;
    }
    std::vector<std::string> names;
    for (const abi::Field& field : context_.types[result_].fields) names.push_back(field.name);
    bool sound = true;
    for (const ast::Name* column : results_) {
      if (std::ranges::find(names, column->text) != names.end()) continue;
      with_suggestion(context_.emit(DiagnosticKind::UnknownField, column->span,
                                    {context_.type_name(result_), column->text}),
                      column->span, column->text, names);
      sound = false;
    }
    for (const std::string& name : names) {
      if (std::ranges::find(results_, name, &ast::Name::text) != results_.end()) continue;
      missing_column(fmt::format("result `{}`", name), tree_.result->span);
      sound = false;
    }
    return sound;
  }

  // ---------------------------------------------------------------- rows

  void read_rows() {
    Table table{.function = FunctionId(index_), .rows = {}, .span = tree_.name.span};
    std::vector<ExprPtr> values;
    bool sound = true;
    for (const ast::TableRow& row : *rows_) {
      if (row.cells.size() != header_.size()) {
        context_.emit(DiagnosticKind::TableRowLength, row.span,
                      {std::to_string(row.cells.size()), std::to_string(header_.size())});
        sound = false;
        continue;
      }
      ExprPtr condition = condition_of(row), value = value_of(row);
      sound = sound && !(condition && is_invalid(*condition)) && !is_invalid(*value);
      table.rows.push_back({std::move(condition), row.span});
      values.push_back(std::move(value));
    }
    if (rows_->empty()) {
      context_.emit(DiagnosticKind::TableGap, tree_.name.span,
                    {tree_.name.text, "anything is asked: it has no rows"});
      sound = false;
    }
    if (!sound) return;
    function_.result = result_;
    function_.body = choices(table, std::move(values));
    context_.program.tables.push_back(std::move(table));
  }

  // Null for `otherwise`.
  ExprPtr condition_of(const ast::TableRow& row) {
    if (row.cells[0].form == CellForm::Otherwise) return otherwise(row);
    ExprPtr result;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      ExprPtr one = asked(row.cells[i], inputs_[i]);
      if (!one) continue;
      if (is_invalid(*one)) return one;
      result = joined(Operator::And, std::move(result), std::move(one));
    }
    return result ? std::move(result) : make_expr(row.span, context_.types.bool_type(), Literal{{1}});
  }

  ExprPtr otherwise(const ast::TableRow& row) {
    if (&row != &rows_->back()) {
      misplaced(row.cells[0], "`otherwise` stands in the last row: what follows it is never asked");
      return invalid(row.span);
    }
    for (size_t i = 1; i < inputs_.size(); ++i) {
      if (row.cells[i].form == CellForm::Any) continue;
      misplaced(row.cells[i], "`otherwise` is the row for everything else: its other inputs are `-`");
      return invalid(row.span);
    }
    return nullptr;
  }

  // Null for `-`.
  ExprPtr asked(const ast::TableCell& cell, LocalId input) {
    switch (cell.form) {
      case CellForm::Any:
        return nullptr;
      case CellForm::Otherwise:
        misplaced(cell, "`otherwise` stands in the first cell of its row");
        return invalid(cell.span);
      case CellForm::Present:
        return presence(cell, input, true);
      case CellForm::Compare:
        return expressions_.compare_written(input, cell.op, cell.values[0]);
      case CellForm::Interval: {
        ExprPtr low = expressions_.compare_written(input, cell.lower, cell.values[0]);
        ExprPtr high = expressions_.compare_written(input, cell.upper, cell.values[1]);
        if (is_invalid(*low) || is_invalid(*high)) return invalid(cell.span);
        return joined(Operator::And, std::move(low), std::move(high));
      }
      case CellForm::Values:
        return any_of(cell, input);
    }
    return invalid(cell.span);
  }

  ExprPtr any_of(const ast::TableCell& cell, LocalId input) {
    if (cell.values.size() == 1 && std::holds_alternative<ast::AbsentLit>(cell.values[0]->node))
      return presence(cell, input, false);
    ExprPtr result;
    for (const ast::ExprPtr& value : cell.values) {
      ExprPtr one = expressions_.compare_written(input, ast::CompareOp::Equal, value);
      if (is_invalid(*one)) return one;
      result = joined(Operator::Or, std::move(result), std::move(one));
    }
    return result;
  }

  ExprPtr presence(const ast::TableCell& cell, LocalId input, bool present) {
    const TypeId type = scope_[input].type;
    if (type == abi::kNoType) return invalid(cell.span);
    if (!context_.types.is(type, Kind::Optional)) {
      context_.emit(DiagnosticKind::AlwaysPresent, cell.span, {context_.type_name(type)});
      return invalid(cell.span);
    }
    const TypeId yes_no = context_.types.bool_type();
    ExprPtr is_present =
        make_operation(cell.span, yes_no, Operator::IsPresent, make_expr(cell.span, type, LocalRef{input}));
    return present ? std::move(is_present)
                   : make_operation(cell.span, yes_no, Operator::Not, std::move(is_present));
  }

  ExprPtr joined(Operator op, ExprPtr left, ExprPtr right) {
    if (!left) return right;
    const Span span = cover(left->span, right->span);
    return make_operation(span, context_.types.bool_type(), op, std::move(left), std::move(right));
  }

  ExprPtr value_of(const ast::TableRow& row) {
    std::vector<ExprPtr> values;
    for (const ast::Name* column : results_) {
      const ast::TableCell& cell = row.cells[inputs_.size() + values.size()];
      const TypeId type = type_of(*column);
      if (cell.form != CellForm::Values || cell.values.size() != 1) {
        misplaced(cell, fmt::format("a cell of the result `{}` holds one value", column->text));
        return invalid(cell.span);
      }
      values.push_back(expressions_.check(
          cell.values[0], type,
          {column->span, fmt::format("`{}` is {}", column->text, context_.type_name(type))}));
      if (is_invalid(*values.back())) return invalid(cell.span);
    }
    if (results_.size() == 1) return std::move(values[0]);
    MakeRecord record{std::vector<ExprPtr>(values.size())};
    for (size_t i = 0; i < values.size(); ++i) record.fields[field_of(*results_[i])] = std::move(values[i]);
    return make_expr(row.span, result_, std::move(record));
  }

  size_t field_of(const ast::Name& column) const {
    const auto& fields = context_.types[result_].fields;
    return static_cast<size_t>(std::ranges::find(fields, column.text, &abi::Field::name) - fields.begin());
  }
  TypeId type_of(const ast::Name& column) const {
    return results_.size() == 1 ? result_ : context_.types[result_].fields[field_of(column)].type;
  }

  void misplaced(const ast::TableCell& cell, std::string why) {
    context_.emit(DiagnosticKind::TableCellMisplaced, cell.span, {std::move(why)});
  }

  // One choice after the other. A long table is asked block by block, so that its choices are not nested as
  // deep as it has rows.
  ExprPtr choices(const Table& table, std::vector<ExprPtr> values) {
    const size_t rows = values.size();
    const size_t first_of_last = (rows - 1) / kRowsOfBlock * kRowsOfBlock;
    ExprPtr result = chain(table, values, first_of_last, rows);
    for (size_t end = first_of_last; end > 0; end -= kRowsOfBlock) {
      const size_t begin = end - kRowsOfBlock;
      ExprPtr any;
      for (size_t i = begin; i < end; ++i)
        any = joined(Operator::Or, std::move(any), clone(*table.rows[i].condition));
      result =
          choice(table.rows[begin].span, std::move(any), chain(table, values, begin, end), std::move(result));
    }
    return result;
  }

  // The last row needs no question: the rows cover every case, which is proved later.
  ExprPtr chain(const Table& table, std::vector<ExprPtr>& values, size_t begin, size_t end) {
    ExprPtr result = std::move(values[end - 1]);
    for (size_t i = end - 1; i-- > begin;) {
      result = choice(table.rows[i].span, clone(*table.rows[i].condition), std::move(values[i]),
                      std::move(result));
    }
    return result;
  }

  ExprPtr choice(Span span, ExprPtr condition, ExprPtr yes, ExprPtr no) {
    Operation node{.op = Operator::Conditional};
    node.operands.push_back(std::move(condition));
    node.operands.push_back(std::move(yes));
    node.operands.push_back(std::move(no));
    return make_expr(span, result_, std::move(node));
  }

  Context& context_;
  const ast::TableDecl& tree_;
  uint32_t index_;
  uint32_t module_;
  Function function_;
  Scope scope_;
  Expressions expressions_;
  TypeId result_ = abi::kNoType;
  std::vector<LocalId> inputs_;            // by column
  std::vector<const ast::Name*> results_;  // columns behind the inputs
  std::optional<Sheet> sheet_;             // where it stands in a file
  std::vector<ast::TableRow> sheet_rows_;
  std::vector<ast::Name> header_;
  const std::vector<ast::TableRow>* rows_ = nullptr;
  size_t row_count_ = 0;
};

}  // namespace

void check_table(Context& context, uint32_t index) { TableChecker(context, index).run(); }

}  // namespace endcap::sema
