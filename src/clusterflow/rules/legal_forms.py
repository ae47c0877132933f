"""The legal forms of companies and associations, as they stand at the end of a name, and the state of one that ends.

Each form is written as people write it; ``rules/matching.py`` folds it as it folds names, so that capitals, points
and blanks make no difference. Sources: Ley General de Sociedades Mercantiles and Ley Agraria (MX); Código de Comercio,
Ley 1258 de 2008, Ley 1901 de 2018 and Ley 142 de 1994 (CO); Ley 19.550 and Ley 27.349 (AR); Ley de Compañías (EC); Ley
de Sociedades de Capital and Reglamento del Registro Mercantil (ES); Código das Sociedades Comerciais (PT); Código
Civil and Lei 14.195 de 2021 (BR); for other countries the entity legal forms of ISO 20275.
"""

from __future__ import annotations

LEGAL_FORMS: dict[str, str] = {
    "shared": """
        S.A. | S/A | Sociedad Anónima | S.R.L. | S. de R.L. | Sociedad de Responsabilidad Limitada | Ltda.
        Limitada | S.A.S. | Sociedad por Acciones Simplificada | S.C. | Sociedad Civil | A.C. | Asociación Civil
        C.A. | S.C.A. | S. Coop. | Soc. Coop. | Coop. | Cooperativa | Sociedad Cooperativa | Coop. Ltda. | S.C.L.
        S.C.R.L. | S.A.C. | S.A.A. | S.R. Ltda. | E.I.R.L. | SpA | Sociedad Colectiva | Sociedad en Comandita
        S. en C. | E.U. | S.C.S. | Sociedad en Comandita por Acciones | S. en C. por A. | S. en C.A. | S.C.E.
        S.E. | A.I.E.
        en liquidación | en disolución | en concurso | en concurso de acreedores | em liquidação
        em recuperação judicial
    """,
    "MX": """
        S.A. de C.V. | Sociedad Anónima de Capital Variable | S.A.B. | S.A.B. de C.V. | S.A.P.I.
        S.A.P.I. de C.V. | S.A.P.I.B. de C.V. | S. de R.L. de C.V.
        Sociedad de Responsabilidad Limitada de Capital Variable | Sociedad Anónima Bursátil
        Sociedad Anónima Bursátil de Capital Variable | Sociedad Anónima Promotora de Inversión
        Sociedad Anónima Promotora de Inversión de Capital Variable | S. de R.L. M.I. | S. de R.L. de I.P.
        S.A.S. de C.V. | S. en N.C. | S. en N.C. de C.V. | S. en C. de C.V. | S.C. de C.V. | S.C. de R.L.
        S.C. de R.L. de C.V. | S.C.L. de C.V. | S.C. de P. de R.L. | S.C. de R.S.
        Sociedad Cooperativa de Responsabilidad Limitada | Sociedad Cooperativa de R.L. | S. Coop. de R.L.
        S.P.R. | S.P.R. de R.L. | S.P.R. de R.L. de C.V. | S.P.R. de R.I. | S.P.R. de R.S.
        Sociedad de Producción Rural | Sociedad de Producción Rural de Responsabilidad Limitada
        Sociedad de Producción Rural de R.L. | S.S.S. | Sociedad de Solidaridad Social | S.N.C. | I.A.P. | I.B.P.
        A.B.P. | A.R.I.C. | A.R.I.C. de R.L. | U. de P. | S.O.F.O.M. | E.N.R. | S.O.F.I.P.O. | A. en P.
        Institución de Asistencia Privada | Asociación de Beneficencia Privada | Asociación en Participación
        Sociedad de Nombre Colectivo | Sociedad en Nombre Colectivo
    """,
    "CO": """
        E.S.P. | E.S.E. | B.I.C. | S. en C.S. | E.A.T. | C.T.A. | E.S.A.L. | E.I.C.E. | S.C.I.
        Sociedad de Beneficio e Interés Colectivo | Empresa Unipersonal | Empresa de Servicios Públicos
        Empresa Asociativa de Trabajo | Cooperativa de Trabajo Asociado
    """,
    "AR": """
        S.A.U. | S.H. | S.A.P.E.M. | S.A.I.C. | S.A.C.I. | S.A.C.I.F. | S.A.I.C.F. | S.A.C.I.F.I. | S.A.I.C.F.I.
        S.A.C.I.F.I.A. | S.A.I.C.F.I.A. | S.A.I.C.A. | S.A.C.I.A. | S.A.I.C.I.F. | S.A.I.C.A.F. | S.A.C.I.F.A.
        S.A.C.I. y F. | S.A.I. y C. | S.A.C. e I. | S.A.C.I.F. y A. | S.A.C.I.F.I. y A. | S.A.I.C. y F.
        S.A.C.I. y A. | S.A.C.F.I. | S.A.F.I. | S.A.F.I.C.I. | S.A.A.C.I. | S.A.G.I.C. | S.A.C.I.F. e I.
        S.A.I.C. y A. | S.A.I. | S.G.R. | A.R.T. | U.T.E. | E.S. | S.A.E.C.A. | Sociedad de Hecho
        Sociedad Anónima Unipersonal | Sociedad del Estado | Unión Transitoria de Empresas | Unión Transitoria
        Sociedad de Garantía Recíproca
    """,
    "EC": """
        Cía. Ltda. | C. Ltda. | Cía. Anónima | C.E.M. | E.P. | S.C.C. | S. en N.C. | Compañía Limitada
        Compañía de Responsabilidad Limitada | Compañía Anónima | Compañía de Economía Mixta | Empresa Pública
        Sociedad Civil y Comercial | E.M. | S.A.S. B.I.C. | S.A. B.I.C. | C.L.
    """,
    "ES": """
        S.L. | Sociedad Limitada | S.L.U. | S.A.U. | S.L. Unipersonal | S.A. Unipersonal | F.C.R. | S.C.R.
        Sociedad Limitada Unipersonal | Sociedad Anónima Unipersonal
        S.L.N.E. | Sociedad Limitada Nueva Empresa | S.L.P. | S.L.P.U. | S.A.P. | S.L.L.
        Sociedad Limitada Laboral | S.A.L. | Sociedad Anónima Laboral | Agrupación de Interés Económico | S.A.D.
        S.G.R. | S.A.T. | S.A.M.E. | Sociedad Agraria de Transformación | C.B. | Comunidad de Bienes | S.C.P.
        Sociedad Civil Profesional | U.T.E. | Unión Temporal de Empresas | S.C.C.L. | S.C.C. | S. Coop. And.
        S. Coop. Mad. | S. Coop. Gal. | S. Coop. V. | Coop. V. | S. Coop. Ltda. | S. Coop. Galega
        Sociedad Cooperativa Andaluza | Sociedad Cooperativa Limitada | S. Coop. de C.L.M. | S.M.E. | M.P.
        E.P.E. | F.S.P. | S.E.M. | S.I.C.A.V. | SOCIMI | E.S.F.L. | A.E.I.E. | S.R.C. | S. Com. | S. Com. por A.
        S. Coop. Pequeña | Koop. E. | S. Koop. | Societat Limitada | Societat Anònima
        Societat Cooperativa Catalana Limitada | Sociedad Profesional | Sociedade Limitada
    """,
    "PT": """
        Lda. | Unipessoal Lda. | Unipessoal Limitada | Sociedade Unipessoal Lda. | S.G.P.S. | S.G.P.S. S.A.
        E.P.E. | C.R.L. | A.C.E. | Sociedade Anónima | Sociedade por Quotas | Sociedade Unipessoal por Quotas
        E.M. | I.P. | I.P.S.S. | Cooperativa de Responsabilidade Limitada | Agrupamento Complementar de Empresas
        S.A.R.L. | C.I.P.R.L.
    """,
    "BR": """
        EIRELI | Ltda. ME | Ltda. EPP | EIRELI ME | EIRELI EPP | ME | EPP | MEI | S/S | S/S Ltda. | S.L.U.
        Sociedade Simples | Sociedade Limitada | Sociedade Anônima | Sociedade Limitada Unipessoal | S.P.E.
        S.P.E. Ltda. | Empresa Individual de Responsabilidade Limitada | Sociedade de Propósito Específico
        S.A.F. | S.C. Ltda. | OSCIP | Microempresa | Empresa de Pequeno Porte | Sociedade Cooperativa
        Coop. Central
    """,
    "others": """
        Inc. | Incorporated | LLC | L.L.C. | L.P. | LLP | Ltd. | Limited | Co. Ltd. | Co., Ltd. | Corp.
        Corporation | PLC | P.B.C. | C.I.C. | Pty Ltd | Pte Ltd | Pvt Ltd | Private Limited | GmbH
        GmbH & Co. KG | mbH | AG | AG & Co. KG | KG | KGaA | OHG | UG | e.V. | eG | gGmbH | GesmbH | Ges.m.b.H.
        B.V. | N.V. | V.O.F. | BVBA | SPRL | ASBL | VZW | SARL | EURL | SASU | SNC | GIE | SCOP | SCIC | SELARL
        Srl | Srls | S.p.A. | S.n.c. | S.a.s. | S.c.a.r.l. | S.c. a r.l. | Scarl | A/S | ApS | AS | AB | Oy
        Oyj | hf. | ehf. | Sp. z o.o. | Sp. k. | Sp. j. | Sp. z o.o. Sp. k. | Sp. z o. o. | Kft. | Zrt.
        Nyrt. | Bt. | Kkt. | Nonprofit Kft. | d.o.o. | d.d. | s.r.o. | a.s. | S.R.L.U. | KK | K.K. | G.K.
        Kabushiki Kaisha | Bhd | Sdn Bhd | S.M.R.L. | E.U.R.L. | S.à r.l.
    """,
}
"""The forms by the country that they come from, separated by a bar or a line break."""


def all_legal_forms() -> set[str]:
    """Return every form as it is written."""
    return {form.strip() for forms in LEGAL_FORMS.values() for form in forms.replace("\n", "|").split("|")} - {""}
