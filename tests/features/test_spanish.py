"""A Spanish-speaking group beside English-speaking ones: the same records, each channel in its own language."""

import re
from collections.abc import Sequence

import pytest

from bot.app import FEATURES
from bot.core.feature import Feature
from bot.core.replies import Form, Nothing
from storage import contributions
from tests.features.conflicts.scenes import make_facilitator
from tests.features.input_windows.threads import head, propose, replies, reply, settle
from tests.support.house import House, plain

IN_ENGLISH = re.compile(r"\b(the|is|are|was|and|with|of|until|closed|decision|group|window|input)\b")


def sentences(shown: str) -> str:
    """What is shown without commands, which are the same in every language, and without people's own words."""
    return re.sub(r"/[a-z].*", "", shown).replace("Use Signal for alerts", "")


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


@pytest.fixture
async def bilbao(house: House) -> House:
    """The house, after Bilbao has chosen Spanish and a member of each group has spoken at home."""
    await house.say("oakland", "ana", "hello")
    await house.say("nairobi", "wanjiku", "hello")
    await house.say("bilbao", "iker", "/group --language es")
    return house


async def test_the_group_chooses_its_language_and_its_card_changes(bilbao: House) -> None:
    answer = plain(await bilbao.say("bilbao", "iker", "/group"))
    assert "Hora local: lun 2 nov 2026, 10:00" in answer
    assert "Horas de silencio: 18:00-09:00" in answer
    assert "1 integrante" in answer
    assert "Quiet hours: 18:00-09:00" in plain(await bilbao.say("oakland", "ana", "/group"))


async def test_a_decision_is_logged_and_shown_in_spanish(bilbao: House) -> None:
    answer = plain(await bilbao.say("bilbao", "iker", "/decide Usar Signal"))
    assert answer.startswith("Registrada: D-1 Usar Signal\n")
    assert "La puede leer toda la red." in answer
    assert "[Deshacer (diez minutos)] /undo D-1" in answer
    assert "Estado: tomada, lun 2 nov 2026, 10:00 (Madrid)" in bilbao.shown("bilbao")
    story = plain(await bilbao.say("oakland", "ana", "/show D-1"))
    assert "Status: taken, " in story
    assert "Usar Signal" in story
    listed = plain(await bilbao.say("bilbao", "iker", "/decisions"))
    assert listed == "• D-1 Usar Signal – Bilbao, lun 2 nov 2026, tomada"


async def test_the_preview_is_in_the_authors_language(bilbao: House) -> None:
    answer = plain(await bilbao.say("bilbao", "iker", "/decide Usar Signal --affects nairobi"))
    assert "Por ahora solo tú ves esto: Usar Signal" in answer
    assert "10 días laborables" in answer
    assert "en 1 canal." in answer
    assert "[Abrir a aportes] /draft 1 open" in answer
    assert IN_ENGLISH.findall(sentences(answer)) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/decidir Usar Signal", "No hay ningún comando «decidir»; ¿querías decir «decide»?"),
        ("/show D-9", "Aquí no hay D-9. «decisions» muestra las que hay."),
        ("/decide Usar Signal --affects nairoby", "No hay ningún grupo «nairoby»; ¿querías decir «nairobi»?"),
        ("/decide Usar Signal --affect nairobi", "Aquí no hay ninguna opción «--affect»; ¿querías decir «--affects»?"),
        ("/propose Usar Signal --affects nairobi --for 3m", "«3m»: ¿minutos o meses? Escribe 3min o 3mo."),
        ("/invite", "Esto es para las personas responsables; «roles» muestra quiénes son."),
        ("/group --tz Europe/Madrit", "No existe la zona horaria «Europe/Madrit». ¿Querías decir Europe/Madrid"),
    ],
)
async def test_errors_name_their_values_in_spanish(bilbao: House, typed: str, said: str) -> None:
    answer = plain(await bilbao.say("bilbao", "iker", typed))
    assert said in answer
    assert "Type" not in answer


async def test_the_same_error_is_english_elsewhere(bilbao: House) -> None:
    assert "There is no D-9 here." in plain(await bilbao.say("nairobi", "wanjiku", "/show D-9"))


async def test_heads_are_in_the_language_of_their_channel(bilbao: House) -> None:
    await propose(bilbao)
    spanish, english = head(bilbao, "bilbao"), head(bilbao, "nairobi")
    assert "Abierta a aportes hasta el lun 16 nov 2026, " in spanish
    assert "Propuesta por: Ana, por Oakland" in spanish
    assert "apoyo:, inquietud:, pregunta:, datos:, contexto:" in spanish
    assert "[Pasar] /pass D-1" in spanish
    assert IN_ENGLISH.findall(sentences(spanish)) == []
    assert "Open for input until Mon 16 Nov 2026, " in english
    assert "support:, concern:, question:, data:, context:" in english


@pytest.mark.parametrize("lead", ["Inquietud:", "preocupación:", "*inquietud*:", "concern:"])
async def test_leading_words_in_spanish_and_in_english(bilbao: House, lead: str) -> None:
    await propose(bilbao)
    answer = await reply(bilbao, "bilbao", "iker", f"{lead} muchas no tienen móvil")
    assert "C-1: tu inquietud sobre D-1, por Bilbao." in plain(answer)
    await settle(bilbao)
    assert "> muchas no tienen móvil\n— C-1, Iker (Bilbao): abierta" in head(bilbao, "bilbao")
    assert "> muchas no tienen móvil\n— C-1, Iker (Bilbao): open" in head(bilbao, "nairobi")
    assert "Bilbao: 1 inquietud" in head(bilbao, "bilbao")
    assert "Bilbao: 1 concern" in head(bilbao, "oakland")
    assert replies(bilbao, "nairobi")[0].startswith("A concern on D-1:")


async def test_a_spanish_word_leads_only_where_spanish_is_spoken(bilbao: House) -> None:
    await propose(bilbao)
    assert await reply(bilbao, "nairobi", "wanjiku", "inquietud: muchas no tienen móvil") == Nothing()
    assert await reply(bilbao, "bilbao", "iker", "pregunta: ¿quién paga?") == Nothing()
    kept = await bilbao.work.read(lambda tx: contributions.page(tx.db, 1, 1, 0, 10))
    assert sorted(c.stance for c in kept) == ["question", "talk"]


async def test_reminders_and_the_summary_are_in_the_language_of_their_channel(bilbao: House) -> None:
    await propose(bilbao)
    await bilbao.wait(days=16)
    spanish, english = "\n".join(replies(bilbao, "bilbao")), "\n".join(replies(bilbao, "nairobi"))
    assert "Los aportes sobre D-1 se cerraron el lun 16 nov 2026, " in spanish
    assert "El silencio no dice ni sí ni no." in spanish
    assert "Input on D-1 closed on Mon 16 Nov 2026, " in english
    assert IN_ENGLISH.findall(sentences(spanish)) == []


async def test_a_reminder_names_the_end_in_spanish(bilbao: House) -> None:
    await propose(bilbao)
    await bilbao.wait(days=9)
    assert "Todavía no se ha escuchado a Bilbao sobre D-1. Hay tiempo hasta el lun 16 nov 2026, " in "\n".join(
        replies(bilbao, "bilbao")
    )
    assert "Nairobi has not been heard on D-1 yet." in "\n".join(replies(bilbao, "nairobi"))


async def test_links_are_said_in_whole_sentences(bilbao: House) -> None:
    await bilbao.say("bilbao", "iker", "/decide Usar Signal")
    await bilbao.say("bilbao", "iker", "/decide Usar Matrix")
    assert plain(await bilbao.say("bilbao", "iker", "/link D-2 depends-on D-1")).startswith("D-2 depende de D-1.")
    assert "Depende de D-1 Usar Signal" in plain(await bilbao.say("bilbao", "iker", "/show D-2"))


async def test_help_and_forms_are_in_spanish(bilbao: House) -> None:
    everything = plain(await bilbao.say("bilbao", "iker", "/help"))
    assert "`/decide Use Signal for alerts` – Registrar una decisión allí donde se toma" in everything
    assert "Ventanas de aportes" in everything
    one = plain(await bilbao.say("bilbao", "iker", "/help decide"))
    assert "Quién puede usarlo: integrantes del grupo que decide." in one
    assert "`--why` – Los motivos" in one
    form = await bilbao.say("bilbao", "iker", "/decide")
    assert isinstance(form, Form)
    labels = {field.name: field.label for field in form.fields}
    assert (labels["title"], labels["affects"]) == ("Título", "Afecta a")
    readers = next(field.options for field in form.fields if field.name == "audience")
    assert ("network", "red") in readers


async def test_a_conflict_is_told_hosted_and_ended_in_spanish(bilbao: House) -> None:
    await bilbao.say("oakland", "ana", "/decide Use Signal")
    await bilbao.say("bilbao", "iker", "/decide Usar Matrix")
    answer = plain(await bilbao.say("bilbao", "iker", "/conflict D-1 D-2 Signal no basta"))
    assert answer.startswith("X-1 está abierto. Se ha avisado a: Oakland y Bilbao.")
    await bilbao.say("oakland", "ben", "hello")
    await make_facilitator(bilbao, "Ben")
    await bilbao.say("oakland", "ben", "/host X-1")
    await bilbao.say("oakland", "ben", "/settle X-1 Matrix it is")
    await bilbao.say("oakland", "ana", "/confirm X-1")
    await settle(bilbao)
    shown = bilbao.shown("bilbao")
    assert "X-1: D-1 Use Signal y D-2 Usar Matrix" in shown
    assert "Abierto desde el lun 2 nov 2026, 10:00 (Madrid). Lo acompaña Ben." in shown
    assert "Se espera vuestra palabra sobre X-1." in shown
    assert "[Confirmamos] /confirm X-1" in shown
    theirs = sentences(shown).replace("Signal no basta", "").replace("Matrix it is", "").replace("Use Signal", "")
    assert IN_ENGLISH.findall(theirs) == []
    assert "Bilbao: not confirmed yet" in bilbao.shown("oakland")
    desk = plain(await bilbao.say("bilbao", "iker", "/conflicts"))
    assert desk.startswith("Lo que espera, primero lo más antiguo\n• X-1: D-1 Use Signal y D-2 Usar Matrix – ")
    assert "En total: 1 conflicto, 0 inquietudes sin respuesta y 0 resultados pendientes." in desk
    assert "X-1: resuelto. Todos los grupos han confirmado." in plain(
        await bilbao.say("bilbao", "iker", "/confirm X-1")
    )


async def test_the_circle_is_shown_in_spanish(bilbao: House) -> None:
    shown = plain(await bilbao.say("bilbao", "iker", "/circle"))
    assert shown.startswith("El círculo de facilitación\n• 3 lugares libres\nSigue: Ana (Oakland)")
    assert "Regla: 3 lugares, cada grupo tiene uno como máximo, 6 meses cada turno" in shown
    assert IN_ENGLISH.findall(sentences(shown)) == []
