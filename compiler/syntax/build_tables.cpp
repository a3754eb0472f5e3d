// Decision tables: a header of names, rows of cells.
#include "compiler/syntax/build.h"

namespace endcap::syntax {

ast::TableDecl Builder::table(Parser::TableDeclarationContext* tree) {
  ast::TableDecl result;
  result.name = name(tree->name());
  result.parameters = parameters(tree->parameters());
  result.result = type(tree->type());
  if (tree->file != nullptr) {
    result.file = ast::Name{text_value(tree->TEXT()), span(tree->file)};
    return result;
  }
  for (auto* column : tree->tableHeader()->name()) result.header.push_back(name(column));
  for (auto* row : tree->tableRow()) {
    ast::TableRow built{.cells = {}, .span = span(row)};
    for (auto* cell : row->tableCell()) built.cells.push_back(table_cell(cell));
    result.rows.push_back(std::move(built));
  }
  return result;
}

ast::TableCell Builder::table_cell(Parser::TableCellContext* tree) {
  using Form = ast::TableCell::Form;
  ast::TableCell cell;
  cell.span = span(tree);
  if (dynamic_cast<Parser::OtherwiseCellContext*>(tree) != nullptr) {
    cell.form = Form::Otherwise;
  } else if (dynamic_cast<Parser::PresentCellContext*>(tree) != nullptr) {
    cell.form = Form::Present;
  } else if (auto* comparison = dynamic_cast<Parser::ComparisonCellContext*>(tree)) {
    cell.form = Form::Compare;
    cell.op = compare_op(comparison->compareOperator());
    cell.values.push_back(additive(comparison->additive()));
  } else if (auto* interval = dynamic_cast<Parser::IntervalCellContext*>(tree)) {
    cell.form = Form::Interval;
    cell.lower = interval->OPEN_BRACKET() != nullptr ? ast::CompareOp::GreaterEqual : ast::CompareOp::Greater;
    cell.upper = interval->CLOSE_BRACKET() != nullptr ? ast::CompareOp::LessEqual : ast::CompareOp::Less;
    for (auto* end : interval->additive()) cell.values.push_back(additive(end));
  } else if (auto* values = dynamic_cast<Parser::ValuesCellContext*>(tree)) {
    cell.form = Form::Values;
    for (auto* value : values->expression()) cell.values.push_back(expression(value));
  }
  return cell;
}

}  // namespace endcap::syntax
