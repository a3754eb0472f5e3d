// What the importer understands of metadata, and what it says about what is wrong with a file.
#include "tests/unit/compiler/schema/project_fixture.h"

namespace endcap::test {

using schema::Property;
using schema::Schema;

TEST_SUITE("importing OData metadata, version 2") {
  TEST_CASE("SAP's annotations become labels, documentation, units and what may be created and changed") {
    ProjectFixture fixture;
    auto model =
        fixture.import(edmx(R"(<EntityType Name="Price" s:label="A price"><Key><PropertyRef Name="Id"/></Key>
      <Property Name="Id" Type="Edm.String" Nullable="false" MaxLength="10" s:updatable="false"/>
      <Property Name="Amount" Type="Edm.Decimal" Precision="16" Scale="2" s:unit="Code" s:label="Amount" s:quickinfo="Tax included">
        <Documentation><Summary>What the   customer pays</Summary></Documentation></Property>
      <Property Name="Code" Type="Edm.String" MaxLength="5" s:semantics="currency-code" s:creatable="false" s:sortable="false"/>
      </EntityType><EntityContainer Name="C"><EntitySet Name="Prices" EntityType="desk.Price" s:deletable="false"/></EntityContainer>)"));
    REQUIRE(model);
    CHECK(fixture.diagnostics.all().empty());
    CHECK(model->protocol == Schema::Protocol::ODataV2);
    CHECK(model->hash.size() == 64);
    auto* type = model->find_type("desk.Price");
    REQUIRE(type);
    CHECK(type->label == "A price");
    CHECK(type->key == std::vector<std::string>{"Id"});
    auto* id = model->find_property(*type, "Id");
    CHECK_FALSE(id->nullable);
    CHECK(id->max_length == 10);
    CHECK_FALSE(id->updatable);
    auto* amount = model->find_property(*type, "Amount");
    CHECK(amount->scale == 2);
    CHECK(amount->unit_property == "Code");
    CHECK(amount->semantics == Property::Semantics::CurrencyCode);
    CHECK(amount->documentation == "Tax included. What the customer pays");
    CHECK(fixture.sources.text(amount->span) == "Amount");
    CHECK_FALSE(model->find_property(*type, "Code")->creatable);
    CHECK_FALSE(model->find_property(*type, "Code")->sortable);
    CHECK_FALSE(model->find_set("Prices")->deletable);
  }

  TEST_CASE("a prefix of the file's own choice is written sap: in the model") {
    ProjectFixture fixture;
    auto model = fixture.import(edmx(
        R"(<ComplexType Name="T"><Property Name="P" Type="Edm.String" s:display-format="Date"/></ComplexType>)"));
    REQUIRE(model);
    auto& kept = model->types[0].properties[0].annotations;
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].name == "sap:display-format");
    CHECK(kept[0].value == "Date");
  }

  TEST_CASE("a navigation takes target and multiplicity from its association") {
    ProjectFixture fixture;
    auto model = fixture.import(edmx(
        R"(<EntityType Name="Order"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.String"/>
        <NavigationProperty Name="Items" Relationship="desk.OrderItems" FromRole="Order" ToRole="Item"/></EntityType>
      <EntityType Name="Item"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.String"/>
        <NavigationProperty Name="Order" Relationship="desk.OrderItems" FromRole="Item" ToRole="Order"/></EntityType>
      <Association Name="OrderItems"><End Role="Order" Type="desk.Order" Multiplicity="1"/><End Role="Item" Type="desk.Item" Multiplicity="*"/>
        <ReferentialConstraint><Principal Role="Order"><PropertyRef Name="Id"/></Principal>
        <Dependent Role="Item"><PropertyRef Name="Id"/></Dependent></ReferentialConstraint></Association>)"));
    REQUIRE(model);
    CHECK(fixture.diagnostics.all().empty());
    auto* items = model->find_navigation(*model->find_type("desk.Order"), "Items");
    CHECK(items->target_type == "desk.Item");
    CHECK(items->many);
    CHECK(items->constraints.empty());
    auto* order = model->find_navigation(*model->find_type("desk.Item"), "Order");
    CHECK_FALSE(order->many);
    CHECK_FALSE(order->nullable);
    CHECK(order->constraints == std::vector<std::pair<std::string, std::string>>{{"Id", "Id"}});
  }

  TEST_CASE("a function import has its method, parameters and result") {
    ProjectFixture fixture;
    auto model = fixture.import(edmx(R"xml(<ComplexType Name="R"/><EntityContainer Name="C">
      <FunctionImport Name="Withdraw" ReturnType="Collection(desk.R)" m:HttpMethod="POST"><Parameter Name="Plant" Type="Edm.String" MaxLength="4" Mode="In"/></FunctionImport>
      <FunctionImport Name="Look"/></EntityContainer>)xml"));
    REQUIRE(model);
    auto* withdraw = model->find_callable("Withdraw");
    REQUIRE(withdraw);
    CHECK(withdraw->http_method == "POST");
    CHECK(withdraw->imported);
    CHECK(withdraw->result->collection);
    CHECK(withdraw->parameters.at(0).max_length == 4);
    CHECK(model->find_callable("Look")->http_method == "GET");
  }
}

TEST_SUITE("importing OData metadata, version 4") {
  TEST_CASE("vocabulary terms say the same as SAP's annotations, inline or in a block, by alias or in full") {
    ProjectFixture fixture;
    auto model = fixture.import(csdl4(R"(<EntityType Name="Listing"><Key><PropertyRef Name="sku"/></Key>
      <Property Name="sku" Type="Edm.String" Nullable="false"><Annotation Term="Org.OData.Core.V1.Immutable"/></Property>
      <Property Name="price" Type="Edm.Decimal" Precision="16" Scale="variable"><Annotation Term="Measures.ISOCurrency" Path="currency"/></Property>
      <Property Name="currency" Type="Edm.String" MaxLength="max"/><Property Name="at" Type="Edm.DateTimeOffset"/></EntityType>
      <EntityContainer Name="C"><EntitySet Name="Listings" EntityType="Self.Listing"/></EntityContainer>
      <Annotations Target="Self.Listing/at"><Annotation Term="Core.Computed" Bool="true"/><Annotation Term="Core.Description" String="Last change"/></Annotations>
      <Annotations Target="Self.C/Listings"><Annotation Term="Capabilities.InsertRestrictions"><Record><PropertyValue Property="Insertable" Bool="false"/></Record></Annotation></Annotations>)"));
    REQUIRE(model);
    CHECK(fixture.diagnostics.all().empty());
    auto* type = model->find_type("desk.Listing");
    CHECK_FALSE(model->find_property(*type, "sku")->updatable);
    CHECK(model->find_property(*type, "sku")->creatable);
    auto* price = model->find_property(*type, "price");
    CHECK(price->unit_property == "currency");
    CHECK(price->scale_variable);
    CHECK(model->find_property(*type, "currency")->semantics == Property::Semantics::CurrencyCode);
    CHECK_FALSE(model->find_property(*type, "currency")->max_length);
    CHECK_FALSE(model->find_property(*type, "at")->creatable);
    CHECK(model->find_property(*type, "at")->documentation == "Last change");
    CHECK_FALSE(model->find_set("Listings")->creatable);
    CHECK(model->find_set("Listings")->updatable);
    CHECK(model->find_set("Listings")->entity_type == "desk.Listing");
  }

  TEST_CASE("properties and navigations of a base type are found, and a loop of base types ends") {
    ProjectFixture fixture;
    auto model = fixture.import(csdl4(
        R"(<EntityType Name="A" BaseType="Self.B"/><EntityType Name="B" BaseType="Self.A"><Property Name="x" Type="Edm.Int32"/></EntityType>)"));
    REQUIRE(model);
    CHECK(model->find_property(*model->find_type("desk.A"), "x"));
    CHECK_FALSE(model->find_property(*model->find_type("desk.A"), "y"));
  }

  TEST_CASE("an import has the parameters of the function or action that it names") {
    ProjectFixture fixture;
    auto model = fixture.import(
        csdl4(R"(<Action Name="close"><Parameter Name="day" Type="Edm.Date" Nullable="false"/></Action>
      <Action Name="close" IsBound="true"><Parameter Name="it" Type="Edm.Int32"/></Action>
      <EntityContainer Name="C"><ActionImport Name="CloseDay" Action="Self.close"/></EntityContainer>)"));
    REQUIRE(model);
    CHECK(fixture.diagnostics.all().empty());
    auto* callable = model->find_callable("CloseDay");
    REQUIRE(callable);
    CHECK(callable->http_method == "POST");
    REQUIRE(callable->parameters.size() == 1);
    CHECK(callable->parameters[0].name == "day");
  }

  TEST_CASE("an enumeration keeps its members and values") {
    ProjectFixture fixture;
    auto model = fixture.import(csdl4(
        R"(<EnumType Name="E" IsFlags="true" UnderlyingType="Edm.Int64"><Member Name="a" Value="1"/><Member Name="b"/></EnumType>)"));
    REQUIRE(model);
    CHECK(model->enums.at(0).flags);
    CHECK(model->enums[0].members.at(0).value == 1);
    CHECK_FALSE(model->enums[0].members.at(1).value);
  }
}

TEST_SUITE("what metadata can't say is a named warning, and the import goes on") {
  struct Case {
    const char* schema;
    DiagnosticKind kind;
    const char* expected;
    const char* marked;
    bool v4 = false;
  };
  const Case kCases[] = {
      {R"(<Strange/>)", DiagnosticKind::SchemaElementUnknown,
       "<Strange> in <Schema> is kept as text only: this version does not know it", "Strange"},
      {R"(<ComplexType Name="T"><Property Name="P" Type="Edm.String" MaxLength="ten"/></ComplexType>)",
       DiagnosticKind::SchemaFacetInvalid,
       "MaxLength is `ten`, which is not a whole number: kept as text only", "ten"},
      {R"(<ComplexType Name="T"><Property Name="P" Type="Edm.String" Nullable="maybe"/></ComplexType>)",
       DiagnosticKind::SchemaFacetInvalid,
       "Nullable is `maybe`, which is not `true` or `false`: kept as text only", "maybe"},
      {R"(<ComplexType/>)", DiagnosticKind::SchemaNameMissing,
       "a <ComplexType> without a Name: nothing can refer to it", "ComplexType"},
      {R"(<ComplexType Name="T"><Property Name="P" Type="desk.Gone"/></ComplexType>)",
       DiagnosticKind::SchemaTypeUnknown, "`P` is of type `desk.Gone`, which the metadata does not define",
       "P"},
      {R"(<ComplexType Name="T"><Property Name="P" Type="Other.Far"/></ComplexType>)",
       DiagnosticKind::SchemaTypeElsewhere,
       "`P` is of type `Other.Far`, which stands in another file that is not read: "
       "http://example.org/other.xml",
       "P", true},
      {R"(<EntityType Name="T"><NavigationProperty Name="N" Relationship="desk.Gone" FromRole="a" ToRole="b"/></EntityType>)",
       DiagnosticKind::SchemaNavigationLost,
       "navigation `N` leads nowhere: no association `desk.Gone` with a role `b`", "N"},
      {R"(<Association Name="A"><ReferentialConstraint><Principal Role="p"><PropertyRef Name="x"/></Principal><Dependent Role="d"/></ReferentialConstraint></Association>)",
       DiagnosticKind::SchemaConstraintUneven,
       "the constraint of `desk.A` pairs 0 dependent with 1 principal properties: kept as text only",
       "ReferentialConstraint"},
      {R"(<EntityContainer Name="C"><ActionImport Name="I" Action="Self.gone"/></EntityContainer>)",
       DiagnosticKind::SchemaImportLost, "import `I` leads nowhere: no unbound `desk.gone`", "I", true},
      {R"(<Annotations Target="Self.Gone/x"><Annotation Term="Core.Computed"/></Annotations>)",
       DiagnosticKind::SchemaTargetLost,
       "annotations for `Self.Gone/x`, which the metadata does not define: kept apart", "Self.Gone/x", true},
      {R"(<ComplexType Name="T"><Property Name="P" Type="Edm.String"/><Property Name="P" Type="Edm.Int32"/></ComplexType>)",
       DiagnosticKind::SchemaDuplicate, "`desk.T/P` is declared twice: the first one is used", "P"},
      {R"(<ComplexType Name="T"><Property Name="P" Type="Edm.Decimal" s:unit="U"/></ComplexType>)",
       DiagnosticKind::SchemaUnitLost,
       "the unit of `P` is said to be in `U`, but desk.T has no such property", "P"},
      {R"(<EntityType Name="T"><Key><PropertyRef Name="K"/></Key></EntityType>)",
       DiagnosticKind::SchemaKeyLost, "desk.T has `K` in its key, but no such property", "T"},
  };

  TEST_CASE("each at its place in the file") {
    for (auto& one : kCases) {
      CAPTURE(std::string(one.schema));
      ProjectFixture fixture;
      CHECK(fixture.import(one.v4 ? csdl4(one.schema) : edmx(one.schema)));
      CHECK(fixture.only(one.kind) == one.expected);
      CHECK(fixture.marked() == one.marked);
      CHECK_FALSE(fixture.diagnostics.has_errors());
    }
  }
}

TEST_SUITE("a file that is not metadata is refused with the reason") {
  TEST_CASE("text, JSON, nothing, broken XML") {
    ProjectFixture fixture;
    CHECK_FALSE(fixture.import("plain text"));
    CHECK(fixture.only(DiagnosticKind::SchemaNotXml) ==
          "metadata.xml is not XML: it does not start with `<`");
    CHECK(fixture.diagnostics.all()[0].span.begin == 0);
    CHECK_FALSE(fixture.import("{\"$Version\": \"4.01\"}"));
    CHECK(fixture.only(DiagnosticKind::SchemaNotXml) ==
          "metadata.xml is not XML: it is JSON: ask the system for its metadata as XML");
    CHECK_FALSE(fixture.import(""));
    CHECK(fixture.only(DiagnosticKind::SchemaNotXml) == "metadata.xml is not XML: it is empty");
    CHECK_FALSE(fixture.import("<a>\n<b></a>"));
    CHECK(fixture.only(DiagnosticKind::SchemaNotXml) == "metadata.xml is not XML: start-end tags mismatch");
    CHECK(fixture.sources
              .line_column(fixture.diagnostics.all()[0].span.source, fixture.diagnostics.all()[0].span.begin)
              .line == 2);
  }

  TEST_CASE("XML of another kind") {
    ProjectFixture fixture;
    CHECK_FALSE(fixture.import("<html><body/></html>"));
    CHECK(fixture.only(DiagnosticKind::SchemaNotMetadata) ==
          "metadata.xml is not OData metadata: it is a web page, often a sign-in page that a download "
          "was sent to");
    CHECK_FALSE(fixture.import("<error><code>401</code><message>No session</message></error>"));
    CHECK(fixture.only(DiagnosticKind::SchemaNotMetadata) ==
          "metadata.xml is not OData metadata: it is the error a server answered with: No session");
    CHECK_FALSE(fixture.import("<invoice/>"));
    CHECK(fixture.only(DiagnosticKind::SchemaNotMetadata) ==
          "metadata.xml is not OData metadata: its root element is <invoice>, metadata starts with "
          "<edmx:Edmx>");
    CHECK_FALSE(fixture.import("<Edmx Version='1.0'/>"));
    CHECK(fixture.only(DiagnosticKind::SchemaNotMetadata) ==
          "metadata.xml is not OData metadata: it has no <DataServices>");
    CHECK_FALSE(fixture.import("<Edmx Version='1.0'><DataServices/></Edmx>"));
    CHECK(fixture.only(DiagnosticKind::SchemaNotMetadata) ==
          "metadata.xml is not OData metadata: its <DataServices> has no <Schema>");
    CHECK_FALSE(fixture.import("<Edmx Version='9.0'><DataServices/></Edmx>"));
    CHECK(fixture.only(DiagnosticKind::SchemaNotMetadata) ==
          "metadata.xml is not OData metadata: its version is \"9.0\": 1.0 (OData 2 and 3), 4.0 and "
          "4.01 are read");
  }

  TEST_CASE("a file that is missing, a folder, and another encoding") {
    ProjectFixture fixture;
    CHECK_FALSE(import_schema(fixture.folder / "gone.xml", "gone.xml", fixture.sources, fixture.diagnostics));
    CHECK(fixture.only(DiagnosticKind::SchemaUnreadable) ==
          "can't read schema gone.xml: there is no such file");
    fixture.diagnostics = {};
    CHECK_FALSE(import_schema(fixture.folder, "here", fixture.sources, fixture.diagnostics));
    CHECK(fixture.only(DiagnosticKind::SchemaUnreadable) == "can't read schema here: it is a folder");
    CHECK_FALSE(fixture.import("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"));
    CHECK(fixture.only(DiagnosticKind::SchemaEncoding) ==
          "metadata.xml is not UTF-8 but iso-8859-1: save it as UTF-8");
    CHECK_FALSE(fixture.import("<a b='\xff\xfe'/>"));
    CHECK(fixture.kinds() == Kinds{DiagnosticKind::SchemaEncoding});
  }

  TEST_CASE("elements nested without end neither crash nor hang") {
    for (size_t depth : {101u, 200'000u}) {
      ProjectFixture fixture;
      std::string deep;
      for (size_t i = 0; i < depth; ++i) deep += "<a>";
      for (size_t i = 0; i < depth; ++i) deep += "</a>";
      CHECK_FALSE(fixture.import(edmx(deep)));
      CHECK(fixture.kinds() == Kinds{DiagnosticKind::SchemaTooDeep});
    }
  }

  TEST_CASE("no cut or altered byte of a real file crashes the importer") {
    std::string whole = edmx(
        R"(<EntityType Name="T" s:label="x"><Key><PropertyRef Name="K"/></Key><Property Name="K" Type="Edm.String" MaxLength="4"/>
      <NavigationProperty Name="N" Relationship="desk.A" FromRole="a" ToRole="b"/></EntityType><Annotations Target="desk.T/K"><Annotation Term="Core.X"><Collection><String>a</String></Collection></Annotation></Annotations>)");
    for (size_t at = 0; at < whole.size(); ++at) {
      ProjectFixture fixture;
      fixture.import(whole.substr(0, at));
      std::string altered = whole;
      altered[at] = '<';
      fixture.import(altered);
      altered[at] = '"';
      fixture.import(altered);
    }
  }
}

}  // namespace endcap::test
