"""The words around a shared URL that say nothing about what will run: approval talk, in many languages."""

from __future__ import annotations

from agentport_harness.core.text import content_words

_TALK = """
approve approved approves approval approvals approving approver authorize authorization decide decides decision
decisions deny review reviewer reviewing confirm confirmation request requests requested requires require
required requiring needs needed need link links url page pages open opens click visit follow press button below
above waiting wait awaiting await pending proceed continue go ahead before after gateway agentport agent human
humans tool tools call calls action actions operation operations task step gated call_tool run runs running
execute your please ready once while until when soon possible permission permit give given input response
attention allow allows quick quickly sign off following human-in-the-loop first complete done able cannot i'll
will would still moment something thing things it this let genehmigen genehmigung genehmige genehmigt freigabe
freigeben freigegeben bestätigen bestätigung entscheiden entscheide entscheidung anfrage seite öffnen öffne
klicken klicke folgenden folgende warte warten wartet erforderlich benötigt nötig brauche braucht aktion
vorgang aufruf werkzeug approuver approuvez approbation valider validation décider décidez décision demande
lien ouvrir ouvrez cliquer cliquez suivant attends attente requise nécessaire autorisation autoriser action
outil appel besoin page aprobar aprueba apruebe aprobación decidir decida decide decisión solicitud enlace
abrir abra abre haga clic siguiente espero espera requiere necesita necesito autorización autorizar acción
herramienta llamada página permiso approvare approva approvazione decidere decidi decisione richiesta aprire
apri clicca seguente attendo attesa richiede necessaria serve autorizzazione azione strumento chiamata pagina
aprovar aprove aprova aprovação decidir decida decisão solicitação pedido abrir abra clique seguinte aguardo
aguardando requer precisa preciso autorização ação ferramenta chamada página goedkeuren goedkeuring beslissen
verzoek openen klik wacht nodig zatwierdź zatwierdzenie prośba otwórz kliknij godkänn godkend godkjenn одобрите
одобрить одобрение подтвердите подтвердить подтверждение решение решите запрос ссылка ссылке перейдите откройте
жду ожидаю требуется нужно действие вызов страница пожалуйста здесь 请批准 请审批 请点击 点击链接 打开链接
请打开 审批请求 批准请求 需要批准 需要您的批准 等待批准 请在此处批准 请在这里批准 请求 链接 这里 此处 决定
请您决定 请确认 确认 以下链接 承認してください 承認をお願いします こちらで承認 リンクを開いて 承認が必要です
こちらから お願いします 以下のリンク 確認 ページ 승인해 주세요 승인이 필요합니다 링크 여기에서 승인 아래 링크
페이지 확인 요청
"""
BOILERPLATE = content_words(_TALK)
"""Words of approval talk, as `content_words` gives them."""
