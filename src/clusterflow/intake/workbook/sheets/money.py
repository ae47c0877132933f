"""Dues and what else the initiative lives on."""

from __future__ import annotations

from datetime import date

from clusterflow.intake.workbook.layout import Sheet
from clusterflow.intake.workbook.sheets.builders import GOLD, column, currency, on, sheet, source, span

MONEY: tuple[Sheet, ...] = (
    sheet(
        "dues-adoptions", ("Cuotas", "Dues"),
        ("Por qué esquema se piden las cuotas («clusterflow dues list» los nombra).",
         "By which scheme dues are asked («clusterflow dues list» names them)."),
        ("esquema de cuotas", "dues scheme"), ("esquemas de cuotas", "dues schemes"), GOLD,
        column("dues-adoption.scheme", "Esquema", "Scheme", "galicia-sport"),
        *span("dues-adoption"),
        source("dues-adoption"),
    ),
    sheet(
        "dues-schemes", ("Tarifas", "Dues rates"),
        ("Solo si lleva sus propias cuentas: lo que paga al año cada tamaño de miembro.",
         "Only if you keep your own books: what a member of each size pays in a year."),
        ("tarifa", "rate"), ("tarifas", "rates"), GOLD,
        column("dues-scheme.size", "Tamaño", "Size", "small"),
        column("dues-scheme.yearly", "Al año", "Yearly", "6000.00 MXN", "cuota anual"),
        currency("dues-scheme"),
        *span("dues-scheme"),
        source("dues-scheme"),
    ),
    sheet(
        "invoices", ("Facturas", "Invoices"),
        ("Las cuotas pedidas a cada miembro.", "Dues asked of each member."),
        ("factura", "invoice"), ("facturas", "invoices"), GOLD,
        column("invoice.id", "Id", "Id", "2025-001", "factura", "invoice", "número", "folio", "number"),
        column("invoice.organisation", "Miembro", "Member", "Aceros del Valle, S.A. de C.V.", "organización",
                "organisation", "empresa"),
        on("invoice", "Emitida", "Issued"),
        column("invoice.amount", "Importe", "Amount", "6000.00 MXN", "monto", "cuota"),
        currency("invoice"),
        column("invoice.due", "Vence", "Due", date(2025, 4, 3), "vencimiento", "due date"),
        column("invoice.year", "Año", "Year", 2025),
        column("invoice.scheme", "Esquema", "Scheme"),
        column("invoice.instalment", "Plazo", "Instalment"),
        column("invoice.instalments", "De plazos", "Of instalments"),
        source("invoice"),
        made_of="organisation valid_from",
    ),
    sheet(
        "payments", ("Pagos", "Payments"),
        ("Lo recibido por cada factura.", "What was received on each invoice."),
        ("pago", "payment"), ("pagos", "payments"), GOLD,
        column("payment.id", "Id", "Id", "pago-2025-001", "pago", "payment"),
        column("payment.invoice", "Factura", "Invoice", "2025-001", "folio"),
        on("payment"),
        column("payment.amount", "Importe", "Amount", "6000.00 MXN", "monto"),
        currency("payment"),
        source("payment"),
        made_of="invoice valid_from",
    ),
    sheet(
        "incomes", ("Ingresos", "Income"),
        ("Otros ingresos, por su origen.", "Other money received, by where it came from."),
        ("ingreso", "income"), ("ingresos", "incomes"), GOLD,
        column("income.id", "Id", "Id", "ingreso-2025-01"),
        column("income.kind", "Origen", "Kind", "public-grant", "tipo"),
        on("income"),
        column("income.amount", "Importe", "Amount", "250000.00 MXN", "monto"),
        currency("income"),
        column("income.payer", "Pagador", "Payer", None, "organización", "organisation"),
        source("income"),
        made_of="kind valid_from payer",
    ),
    sheet(
        "budgets", ("Presupuesto", "Budget"),
        ("El gasto corriente de un año por venir, y lo ya asegurado.",
         "The running cost of a year to come, and what is already secured."),
        ("presupuesto", "budget"), ("presupuestos", "budgets"), GOLD,
        column("budget.id", "Id", "Id", "presupuesto-2026"),
        *span("budget", date(2026, 1, 1)),
        column("budget.running_cost", "Gasto corriente", "Running cost", "1800000.00 MXN", "gasto"),
        column("budget.secured", "Asegurado", "Secured", "1200000.00 MXN"),
        currency("budget"),
        source("budget"),
        made_of="valid_from",
    ),
)  # fmt: skip
